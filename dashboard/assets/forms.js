// The name of a chosen file, beside the field whose own words would be in the browser's language.
(function () {
  "use strict";
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type !== "file") return;
    const place = field.closest(".file-field")?.querySelector(".file-name");
    if (!place) return;
    place.dataset.none ??= place.textContent;
    place.textContent = field.files.length ? field.files[0].name : place.dataset.none;
  });
})();
