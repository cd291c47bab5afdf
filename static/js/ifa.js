/* Makes the pages quicker to use; every page works without it. */
(() => {
  "use strict";
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const speak = (text) => { const place = document.getElementById("spoken"); if (place) place.textContent = text; };

  // Menus close when somebody clicks elsewhere, presses Escape or leaves them with Tab.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.getElementById("search") || document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "n") {
      const menu = document.querySelector(".topbar details.menu");
      if (menu) { event.preventDefault(); menu.open = true; menu.querySelector("summary").focus(); }
    } else if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys && !keys.open) { event.preventDefault(); keys.showModal(); }
    }
  });
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => { closeMenus(); document.getElementById("keys").showModal(); });
  }

  // A form that failed: start at its errors.
  const failed = document.querySelector("[data-focus]");
  if (failed) failed.focus();

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Lists: filters, heads and page links swap the rows only; the address says everything.
  const load = (address) => htmx.ajax("GET", address, { target: "#list", swap: "innerHTML", push: address })
    .then(() => history.replaceState(history.state, "", address));
  const filters = document.querySelector("[data-filters]");
  if (filters && window.htmx) {
    let wait;
    const apply = () => {
      const query = new URLSearchParams();
      for (const [name, value] of new FormData(filters)) if (value) query.append(name, value);
      const text = query.toString();
      load(text ? `?${text}` : filters.dataset.bare);
    };
    filters.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(wait); apply(); });
    filters.addEventListener("change", (event) => { if (event.target.type !== "search") apply(); });
    filters.addEventListener("input", (event) => {
      if (event.target.type !== "search") return;
      clearTimeout(wait);
      wait = setTimeout(apply, 300);
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-columns]")) return;
      event.preventDefault();
      const query = new URLSearchParams(new FormData(event.target));
      query.set("cols", query.getAll("cols").join(","));
      load(`?${query}`);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("#list a[data-region]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      load(link.getAttribute("href"));
    });
  }
  // What an entry of ours is taken to end, one of theirs does not.
  document.addEventListener("change", ({ target }) => {
    if (target.name === "done" && target.form) {
      const byUs = target.form.querySelector("[name=ticked]");
      if (byUs) byUs.value = "";
    }
    if (target.name !== "direction") return;
    for (const box of target.form.querySelectorAll("[name=done]")) {
      if (box.defaultChecked) box.checked = target.value === "out";
    }
  });
  // Who ticks some leads of a handover means those.
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "leads" || !target.form) return;
    const only = target.form.querySelector("[name=which][value=ticked]");
    if (only) only.checked = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = event.target.matches("[data-speak]") ? event.target : event.target.querySelector("[data-speak]");
    if (said) speak(said.textContent.trim());
    // Who worked in what was swapped goes on there.
    if (document.activeElement === document.body) {
      const next = event.target.querySelector("[data-focus], .log-form :is(input:not([type=hidden]), textarea), h2[tabindex]");
      if (next) next.focus();
    }
  });
  document.addEventListener("htmx:responseError", () => location.reload());
})();
