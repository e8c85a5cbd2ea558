"use strict";
// Sorts and filters the cards. Without script the gallery shows all photos in their order.
(() => {
  const gallery = document.getElementById("gallery");
  const [order, status, find, shown] = ["order", "status", "find", "shown"].map((id) => document.getElementById(id));
  const cards = [...gallery.children];
  const number = (name) => (card) => Number(card.dataset[name]);
  const largest = (key) => (a, b) => key(b) - key(a);
  const name = (card) => card.querySelector("h3").textContent;
  const orders = {
    place: (a, b) => number("place")(a) - number("place")(b),
    error: largest(number("error")),
    confidence: (a, b) => number("confidence")(a) - number("confidence")(b),
    time: largest(number("time")),
    name: (a, b) => name(a).localeCompare(name(b), undefined, { numeric: true }),
  };
  const changed = (card) => !["", "same"].includes(card.dataset.change);
  const wanted = (card) => {
    const kind = status.value;
    if (kind === "warned" ? card.dataset.warned !== "true" : kind === "changed" ? !changed(card) : kind && card.dataset.status !== kind) return false;
    return card.textContent.toLowerCase().includes(find.value.toLowerCase());
  };
  const update = () => {
    const visible = cards.filter((card) => !(card.hidden = !wanted(card)));
    gallery.append(...cards.sort(orders[order.value]));
    shown.textContent = `${visible.length} of ${cards.length} photos`;
  };
  for (const control of [order, status, find]) control.addEventListener("input", update);
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  update();
})();
