/* Counts the ticked rows of a list and ticks all of a page; the form works without it. */
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("input[name=row][form=bulk]")];
  const show = () => {
    const place = document.querySelector("[data-bulk-count]");
    if (!place) return;
    const ticked = boxes().filter((box) => box.checked).length;
    place.hidden = ticked === 0;
    place.textContent = `${place.dataset.words} ${ticked}`;
    const one = document.querySelector("#bulk button[value=ticked]");
    one.classList.toggle("btn-primary", ticked > 0);
    one.classList.toggle("btn-secondary", ticked === 0);
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=row][form=bulk]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const each of all.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
    show();
  });
  document.addEventListener("htmx:afterSwap", show);
  window.addEventListener("pageshow", show);
})();
