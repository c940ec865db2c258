// Links of the class `stay` change the question, not the document: no load, and the scroll stays
// where it is unless another unit or page is asked for.
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.stay");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // a link in a drawing (svg) has no pathname of its own
    const there = new URL(link.getAttribute("href"), location.href);
    const before = new URLSearchParams(location.search).get("unit");
    const isElsewhere = there.pathname !== location.pathname || before !== there.searchParams.get("unit");
    dash_clientside.set_props("url", { pathname: there.pathname, search: there.search, hash: there.hash });
    if (isElsewhere) window.scrollTo(0, 0);
    window.dispatchEvent(new CustomEvent("anchor", { detail: there.hash }));
  });

  // What is ticked is ticked with the space bar.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.getAttribute?.("role") !== "checkbox") return;
    event.preventDefault();
    event.target.click();
  });
})();
