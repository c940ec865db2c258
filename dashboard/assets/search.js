// The search among units: typed with or without accents, walked with the arrows, chosen with Enter.
(function () {
  "use strict";
  const { unaccented } = window.texts;
  // A page may hold two: the header's, and that of a place that does not exist.
  let place = null;
  const box = () => place.querySelector("input");
  const list = () => place.querySelector(".unit-search-list");

  function open(isOpen) {
    list().hidden = !isOpen;
    box().setAttribute("role", "combobox");
    box().setAttribute("aria-controls", list().id);
    box().setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) place.querySelector(".none-found").hidden = true;
  }

  function filter() {
    const words = unaccented(box().value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const option of list().children) {
      const isFound = words.every((word) => option.dataset.search.includes(word));
      option.hidden = !isFound;
      found += isFound;
    }
    activate(words.length ? likeliest(words.join(" ")) : null);
    open(true);
    place.querySelector(".none-found").hidden = found > 0;
  }

  // `phuoc tan`: Phước Tân before Tân Phước, which has the same words; then the list's own order.
  function likeliest(typed) {
    const shown = [...list().querySelectorAll("a:not([hidden])")];
    return shown.find((option) => ` ${option.dataset.search} `.includes(` ${typed} `))
      || shown.find((option) => option.dataset.search.includes(typed))
      || shown[0];
  }

  function activate(option) {
    list().querySelectorAll('[aria-selected="true"]').forEach((one) => one.setAttribute("aria-selected", "false"));
    if (!option) return box().removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box().setAttribute("aria-activedescendant", option.id);
  }

  function step(by) {
    const shown = [...list().querySelectorAll("a:not([hidden])")];
    const at = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (shown.length) activate(shown[(at + by + shown.length) % shown.length]);
  }

  function leave() {
    if (!box()) return; // the page was changed meanwhile
    box().value = "";
    open(false);
  }

  function isBox(event) {
    const found = event.target.closest && event.target.matches("input") && event.target.closest(".unit-search");
    if (found) place = found;
    return Boolean(found);
  }
  document.addEventListener("focusin", (event) => isBox(event) && filter());
  document.addEventListener("input", (event) => isBox(event) && filter());
  document.addEventListener("focusout", (event) => isBox(event) && setTimeout(leave, 200));
  document.addEventListener("keydown", (event) => {
    if (!isBox(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = list().querySelector('[aria-selected="true"]');
      if (chosen) chosen.click();
      leave();
    } else if (event.key === "Escape") leave();
  });
})();
