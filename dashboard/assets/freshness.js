// How old the figures are, counted here each second, so that a page whose server, stream or source
// stands still looks stale by itself: data-fresh on the root element is live, stale or broken. An age that nobody knows,
// or a moment that is yet to come, is stale.
(function () {
  "use strict";
  const { ago } = window.texts;
  const root = document.documentElement;
  const PATIENCE = 5000; // ms for a stream to connect before the page says that it is broken
  const opened = Date.now();
  let asked = 0;
  let ahead = null; // ms that the server's clock is ahead of the reader's, whose clock may be anything
  let met = null;
  window.serverNow = () => Date.now() + (ahead || 0);
  window.addEventListener("server-time", ({ detail }) => { ahead = detail - Date.now(); });

  function saidBy(element) {
    const found = {};
    for (const unit of ["s", "m", "h", "d"]) {
      for (const number of ["1", "2"]) found[unit + "-" + number] = element.getAttribute("data-" + unit + "-" + number);
    }
    return found;
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function age(element) {
    const ms = element.getAttribute("data-ms");
    return ms && ahead !== null ? (window.serverNow() - Number(ms)) / 1000 : null;
  }

  function count() {
    const main = document.getElementById("as-of-ago");
    if (!main || !main.hasAttribute("data-s-1")) return;
    const { staleAfter, clocksDiffer } = document.getElementById("frame").dataset; // seconds
    meet(main.getAttribute("data-now"));
    const said = saidBy(main);
    document.querySelectorAll(".ago[data-ms]").forEach((element) => {
      const seconds = age(element);
      const isToCome = seconds !== null && seconds < -Number(clocksDiffer);
      write(element, seconds === null ? element.getAttribute("data-never")
        : isToCome ? main.getAttribute("data-ahead") : ago(seconds, said));
    });
    judge(age(main), Number(staleAfter), Number(clocksDiffer));
  }

  // The server's time, as the page brought it along; the stream brings it again and again.
  function meet(now) {
    if (!now || now === met) return;
    met = now;
    ahead = Number(now) - Date.now();
  }

  // How far a load is, and why there is nothing to show, changes without a batch.
  const MOVES = 3000;
  function follow() {
    if (document.hidden || Date.now() - asked < MOVES || !document.querySelector(".state.loading, .state.waiting")) return;
    asked = Date.now();
    dash_clientside.set_props("pulse", { data: asked });
  }

  function judge(seconds, limit, clocksDiffer) {
    const isFrozen = new URLSearchParams(location.search).has("as_of");
    const stream = root.dataset.stream;
    const isBroken = stream === "lost" || (stream !== "live" && Date.now() - opened > PATIENCE);
    const isStale = seconds === null || seconds > limit || seconds < -clocksDiffer;
    const hasTrouble = Boolean(document.querySelector("#as-of .trouble"));
    const state = isFrozen ? "frozen" : isBroken ? "broken" : isStale || hasTrouble ? "stale" : "live";
    if (root.dataset.fresh !== state) root.dataset.fresh = state;
    // Quiet is not stale: before saying so, ask once whether the sources were looked at meanwhile.
    const isQuiet = seconds !== null && seconds > limit / 2 && Date.now() - asked > (limit / 2) * 1000;
    if (isQuiet && !isBroken && !isFrozen && !document.hidden) {
      asked = Date.now();
      dash_clientside.set_props("pulse", { data: asked });
    }
  }

  // Back after an outage, a page that had nothing to show builds itself anew.
  window.addEventListener("stream", (event) => {
    if (event.detail.state !== "live" || !document.querySelector(".state.failed, .state.waiting")) return;
    const query = new URLSearchParams(location.search);
    const wall = query.get("wall") === "1";
    dash_clientside.set_props("route", { data: { path: location.pathname, lang: query.get("lang"), wall } });
  });

  setInterval(count, 1000);
  setInterval(follow, 1000);
  window.addEventListener("stream", count);
  window.addEventListener("drawn", count);
})();
