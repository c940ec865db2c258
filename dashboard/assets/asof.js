// Which earlier moment the reader asks for: a button's name, or a day and time as 2021-11-05T17:00.
(function () {
  "use strict";
  function ask(moment) {
    dash_clientside.set_props("moment-wanted", { data: { moment, asked: Date.now() } });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-moment]");
    if (button) ask(button.dataset.moment);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "as-of-form") return;
    event.preventDefault();
    ask(document.getElementById("as-of-moment").value);
  });
})();
