// The page of definitions: an address with an anchor scrolls to its entry and marks it; typing leaves what has the words.
(function () {
  "use strict";
  const { unaccented } = window.texts;
  const LIST = "definitions-list", BOX = "definitions-search";
  let wanted = location.hash;

  // The entries come by a callback: what is not there yet is gone to when it is drawn.
  function go() {
    const list = document.getElementById(LIST);
    if (!list || !list.dataset.drawn) return;
    list.querySelectorAll(".marked").forEach((entry) => entry.classList.remove("marked"));
    const entry = wanted && document.getElementById(decodeURIComponent(wanted.slice(1)));
    if (!entry || !list.contains(entry)) return;
    if (entry.closest("[hidden]") || entry.hidden) clear();
    entry.classList.add("marked");
    entry.querySelectorAll("details").forEach((fold) => { fold.open = fold.isMet = true; }); // see fold.js
    entry.scrollIntoView({ block: "start" });
    entry.focus({ preventScroll: true });
  }

  function clear() {
    document.getElementById(BOX).value = "";
    filter();
  }

  function filter() {
    const words = unaccented(document.getElementById(BOX).value).split(/\s+/).filter(Boolean);
    const list = document.getElementById(LIST);
    let found = 0;
    list.querySelectorAll("[data-search]").forEach((one) => {
      one.hidden = !words.every((word) => one.dataset.search.includes(word));
      found += !one.hidden;
    });
    list.querySelectorAll(".searched").forEach((group) => {
      group.hidden = !group.querySelector("[data-search]:not([hidden])");
    });
    list.querySelector(".contents").hidden = words.length > 0;
    document.getElementById(`${BOX}-none`).hidden = found > 0;
  }

  window.addEventListener("drawn", (event) => event.detail.id === LIST && go());
  window.addEventListener("hashchange", () => {
    wanted = location.hash;
    go();
  });
  // A link inside the dashboard (navigate.js) changes the address without the browser's own event.
  window.addEventListener("anchor", (event) => {
    wanted = event.detail;
    go();
  });
  document.addEventListener("input", (event) => event.target.id === BOX && filter());
})();
