// An earlier moment or batch that is typed takes its place in the address (dashboard/parts/since.py).
(function () {
  "use strict";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-query]")) return;
    event.preventDefault();
    const wanted = form.querySelector("input").value;
    if (!wanted) return;
    form.closest("details").open = false;
    dash_clientside.set_props("url", { search: form.dataset.query.replace("since=_", "since=" + encodeURIComponent(wanted)) });
  });
})();
