/* The record field: WAI-ARIA 1.2 combobox with a list. Works on fields that arrive later, too. */
(() => {
  "use strict";
  const parts = (combo) => ({
    input: combo.querySelector("[role=combobox]"),
    list: combo.querySelector("[role=listbox]"),
    key: combo.querySelector("input[type=hidden]:not([name$=_for])"),
    forText: combo.querySelector("input[name$=_for]"),
    status: combo.querySelector("[data-combo-status]"),
  });
  const close = (combo) => {
    const { input, list } = parts(combo);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (combo, option) => {
    const { input, key, forText } = parts(combo);
    input.value = option.dataset.label;
    forText.value = option.dataset.label;
    key.value = option.dataset.key;
    close(combo);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const draw = (combo, { options, more }) => {
    const { input, list, status } = parts(combo);
    list.replaceChildren(...options.map((offered, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}_${place}`;
      option.role = "option";
      option.dataset.key = offered.key;
      option.dataset.label = offered.label;
      option.textContent = offered.label;
      option.setAttribute("aria-selected", "false");
      if (offered.note) {
        const note = document.createElement("small");
        note.textContent = offered.note;
        option.append(" ", note);
      }
      return option;
    }));
    const said = options.length ? `${options.length} ${combo.dataset.found}` : combo.dataset.none;
    status.textContent = more ? combo.dataset.more : said;
    list.dataset.tail = options.length ? (more ? combo.dataset.more : "") : combo.dataset.none;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  };
  const ask = async (combo) => {
    const { input } = parts(combo);
    const text = input.value;
    const answer = await fetch(`${combo.dataset.url}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
    if (answer.ok && input.value === text && document.activeElement === input) draw(combo, await answer.json());
  };
  const move = (combo, step) => {
    const { input, list } = parts(combo);
    const options = [...list.children];
    if (!options.length) return;
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[(now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  };
  const waiting = new WeakMap();
  document.addEventListener("input", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo || event.target.getAttribute("role") !== "combobox") return;
    combo.querySelector("[data-matches]")?.replaceWith(Object.assign(document.createElement("input"),
      { type: "hidden", name: combo.querySelector("[data-matches]").name }));
    parts(combo).key.value = "";
    clearTimeout(waiting.get(combo));
    waiting.set(combo, setTimeout(() => ask(combo), 200));
  });
  document.addEventListener("keydown", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo || event.target.getAttribute("role") !== "combobox") return;
    const { list, input } = parts(combo);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask(combo); else move(combo, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden) {
      const option = document.getElementById(input.getAttribute("aria-activedescendant") || "-");
      if (option) { event.preventDefault(); choose(combo, option); }
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close(combo);
    }
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".combo-options li");
    if (option) { event.preventDefault(); choose(option.closest("[data-combo]"), option); }
  });
  document.addEventListener("focusout", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (combo && !combo.contains(event.relatedTarget)) close(combo);
  });
})();
