/* Gives names to what the Django admin leaves nameless for a screen reader. */
(() => {
  "use strict";
  const { row } = document.currentScript.dataset;
  const name = () => {
    for (const head of document.querySelectorAll(".inline-group thead th")) {
      if (!head.textContent.trim()) {
        const text = document.createElement("span");
        text.className = "visually-hidden";
        text.textContent = row;
        head.append(text);
      }
    }
    for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
      const select = box.closest(".select2-container").previousElementSibling;
      const label = select && document.querySelector(`label[for="${select.id}"]`);
      const text = (select && select.getAttribute("aria-label")) || (label && label.textContent.trim());
      if (!text) continue;
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", text);
      const inner = box.querySelector("[role=textbox]");
      if (inner) inner.setAttribute("aria-label", text);
    }
  };
  let waiting = 0; // select2 draws its boxes late, and anew for each added row
  new MutationObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(name);
  }).observe(document.body, { childList: true, subtree: true });
  name();
})();
