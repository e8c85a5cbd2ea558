"use strict";
// Sorts and filters the cards, and shows one photo large. Without script the gallery shows all photos in their order.
(() => {
  const element = (id) => document.getElementById(id);
  const [gallery, order, kind, find, shown, before] = ["gallery", "order", "kind", "find", "shown", "before"].map(element);
  const items = [...gallery.children];
  const card = (item) => item.firstElementChild;
  const number = (name) => (item) => Number(card(item).dataset[name]);
  const ascending = (key) => (a, b) => key(a) - key(b);
  const descending = (key) => (a, b) => key(b) - key(a);
  const name = (item) => item.querySelector("h3").textContent;
  const orders = {
    place: ascending(number("place")),
    change: descending((item) => Math.abs(number("grown")(item))),
    error: descending(number("error")),
    confidence: ascending(number("confidence")),
    time: descending(number("time")),
    name: (a, b) => name(a).localeCompare(name(b), undefined, { numeric: true }),
  };
  const kinds = {
    warned: (data) => data.warned === "true",
    outside: (data) => data.outside === "true",
    changed: (data) => !["", "same"].includes(data.change),
    worse: (data) => ["worse", "now failing"].includes(data.change),
  };
  const isWanted = (item) => {
    const { dataset } = card(item);
    const ofKind = kinds[kind.value] ?? ((data) => kind.value === "" || data.status === kind.value);
    return ofKind(dataset) && item.textContent.toLowerCase().includes(find.value.toLowerCase());
  };
  const visible = () => [...gallery.children].filter((item) => !item.hidden);
  const update = () => {
    for (const item of items) item.hidden = !isWanted(item);
    gallery.append(...items.sort(orders[order.value]));
    shown.textContent = `${visible().length} of ${items.length} photos`;
  };
  for (const control of [order, kind, find]) control.addEventListener("input", update);
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  before?.addEventListener("input", () => gallery.classList.toggle("baseline", before.checked));
  update();

  const viewer = element("viewer");
  const [title, stage, about] = [element("viewed"), viewer.querySelector(".stage"), viewer.querySelector(".about")];
  const [slider, cut] = [viewer.querySelector(".slider"), viewer.querySelector(".slider input")];
  let viewed = null;
  const move = () => stage.style.setProperty("--cut", cut.value);
  const view = (item) => {
    viewed = item;
    title.textContent = name(item);
    const pictures = [...item.querySelectorAll(".overlay img")].map((picture) => picture.cloneNode());
    stage.replaceChildren(...pictures);
    slider.hidden = pictures.length < 2;
    if (!slider.hidden) {
      const edge = document.createElement("div");
      edge.className = "edge";
      stage.append(edge);
    }
    about.replaceChildren(item.querySelector("dl").cloneNode(true));
    move();
    if (!viewer.open) viewer.showModal();
  };
  const step = (by) => {
    const all = visible();
    const next = all[(all.indexOf(viewed) + by + all.length) % all.length];
    if (next) view(next);
  };
  cut.addEventListener("input", move);
  gallery.addEventListener("click", (event) => {
    const button = event.target.closest(".overlay");
    if (button) view(button.closest("li"));
  });
  element("previous").addEventListener("click", () => step(-1));
  element("next").addEventListener("click", () => step(1));
  element("close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    // The slider has the arrow keys to itself.
    if (event.target === cut) return;
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  viewer.addEventListener("close", () => viewed?.querySelector(".overlay")?.focus());
  document.querySelector(".charts").addEventListener("click", (event) => {
    const place = event.target.closest("[data-photo]")?.dataset.photo;
    const item = place && element(`photo-${place}`)?.closest("li");
    if (!item) return;
    if (item.hidden) {
      [kind.value, find.value] = ["", ""];
      update();
    }
    view(item);
  });
})();
