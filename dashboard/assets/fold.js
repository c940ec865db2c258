// What is folded away on a phone (components/panel.py) is closed there when it is first met; then it is the reader's.
(function () {
  "use strict";
  const wide = window.matchMedia("(min-width: 681px)");

  // The mark is no attribute: those are the answer's (draw.js), and the next one would close what was opened.
  function meet() {
    document.querySelectorAll("details.fold").forEach((fold) => {
      if (fold.isMet) return;
      fold.isMet = true;
      fold.open = wide.matches;
    });
  }

  window.addEventListener("drawn", meet);
  wide.addEventListener("change", () => {
    if (wide.matches) document.querySelectorAll("details.fold").forEach((fold) => { fold.open = true; });
  });
})();
