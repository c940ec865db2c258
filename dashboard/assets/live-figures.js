// A figure that changed is lit for a moment. Only text that changes in its place counts: a new page,
// filter or language replaces whole blocks and lights nothing.
(function () {
  "use strict";
  let asked = location.search + location.pathname;
  let since = Date.now();

  function light(element) {
    element.classList.remove("changed");
    void element.offsetWidth; // the animation starts anew
    element.classList.add("changed");
    const seconds = parseFloat(getComputedStyle(element).getPropertyValue("--lit")); // 30-marks.css
    setTimeout(() => element.classList.remove("changed"), seconds * 1000);
  }

  new MutationObserver((changes) => {
    const now = location.search + location.pathname;
    if (now !== asked) {
      asked = now;
      since = Date.now();
    }
    if (Date.now() - since < 2500) return; // the reader changed the question, not the warehouse the answer
    const lit = new Set();
    for (const change of changes) {
      const element = change.type === "characterData" ? change.target.parentElement : null;
      const figure = element && element.closest(".live");
      if (figure) lit.add(figure);
    }
    lit.forEach(light);
  }).observe(document.documentElement, { characterData: true, subtree: true });
})();
