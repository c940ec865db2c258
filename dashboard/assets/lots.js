// The field of a lot's number: what is typed becomes `lot` in the address; the field shows what is there.
(function () {
  "use strict";
  const field = () => document.getElementById("vaccines-lot-number");
  const asked = () => new URLSearchParams(location.search).get("lot") || "";
  let shown = null;

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".lot-search")) return;
    event.preventDefault();
    const query = new URLSearchParams(location.search);
    const number = field().value.trim();
    if (number) query.set("lot", number);
    else query.delete("lot");
    const search = query.toString();
    dash_clientside.set_props("url", { search: search ? `?${search}` : "" });
  });

  window.addEventListener("drawn", (event) => {
    if (event.detail.id !== "vaccines-lot" || !field()) return;
    if (document.activeElement !== field() || field().value.trim() !== asked()) field().value = asked();
    // A row of the list far below was pressed: its answer is here.
    const place = document.getElementById("vaccines-look-up-title");
    const isNew = shown !== null && shown !== asked() && asked();
    if (isNew && place.getBoundingClientRect().top < 0) place.scrollIntoView({ block: "start" });
    shown = asked();
  });
})();
