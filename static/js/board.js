/* The board: a card is moved by dragging it or by its menu; the server says whether it moves. */
(() => {
  "use strict";
  const speak = (text) => { const place = document.getElementById("spoken"); if (place) place.textContent = text; };
  const board = () => document.getElementById("board");
  let dragged = null;
  let sent = null; // the card whose move was asked for

  const ask = (card, values) => {
    sent = card.id;
    const token = card.querySelector("[name=csrfmiddlewaretoken]").value;
    htmx.ajax("POST", card.dataset.move, {
      target: `#${card.querySelector(".board-answer").id}`,
      swap: "innerHTML",
      values: { next: location.pathname + location.search, ...values, csrfmiddlewaretoken: token },
    });
  };

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest && event.target.closest(".board-card[draggable=true]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("is-dragged");
  });
  const columnUnder = (event) => dragged && event.target.closest && event.target.closest(".board-column");
  const mark = (column) => {
    for (const other of document.querySelectorAll(".board-column.is-target")) other.classList.remove("is-target");
    if (column) column.classList.add("is-target");
  };
  document.addEventListener("dragover", (event) => {
    const column = columnUnder(event);
    if (!column) return;
    event.preventDefault();
    mark(column.contains(dragged) ? null : column);
  });
  document.addEventListener("dragend", () => {
    mark(null);
    if (dragged) dragged.classList.remove("is-dragged");
    dragged = null;
  });
  document.addEventListener("drop", (event) => {
    const column = columnUnder(event);
    if (!column) return;
    event.preventDefault();
    if (!column.contains(dragged)) ask(dragged, { stage: column.dataset.stage });
  });

  // The menu and the reason for a step back go the same way.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-move-form]");
    if (!form || !window.htmx) return;
    event.preventDefault();
    event.stopPropagation();
    const card = form.closest(".board-card");
    const values = Object.fromEntries(new FormData(form, event.submitter));
    const menu = form.closest("details");
    if (menu) menu.open = false;
    ask(card, values);
  }, true);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-dismiss]")) return;
    const card = event.target.closest(".board-card");
    card.querySelector(".board-answer").replaceChildren();
    card.querySelector("summary").focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const refusal = event.target.querySelector && event.target.querySelector("[data-refusal]");
    if (refusal) (refusal.querySelector("textarea") || refusal).focus();
  });
  // It moved: the board is drawn anew, and the card keeps the focus where it is now.
  document.addEventListener("moved", () => {
    const kept = sent;
    htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "innerHTML" }).then(() => {
      const card = document.getElementById(kept);
      const column = card && card.closest(".board-column");
      if (!column) { speak(board() ? board().dataset.gone : ""); return; }
      card.querySelector("a").focus();
      speak(`${card.querySelector("a").textContent.trim()}: ${column.querySelector("h2").firstChild.textContent.trim()}`);
    });
  });
})();
