// Puts the version of the warehouse into the store `live` whenever a batch commits. Callbacks hang
// on that store; nothing polls. How the stream stands is on the root element (data-stream="live",
// "connecting" or "lost") and in a `stream` event on window, so that every tile can look stale.
(function () {
  "use strict";
  const SPREAD = 150; // ms: not every browser asks in the same instant
  // ms. Blocks that are asked anew before they have answered would never be drawn where batches come faster than answers;
  // one that takes longer than this must not hold up the others.
  const PATIENCE = 20000;
  let shown = null;
  let pending = null;
  let since = 0;

  function apply(news) {
    pending = news;
    setTimeout(() => put(news), Math.random() * SPREAD);
  }

  function put(news) {
    if (news !== pending || news === shown) return; // a newer one is on its way, or nothing changed
    const data = JSON.parse(news);
    try {
      if (!isBuilt()) throw new Error("the page is not built yet");
      if (isAsking()) throw new Error("the blocks have not answered to the last one yet");
      dash_clientside.set_props("live", { data });
      shown = news;
      forget();
    } catch {
      // Dash knows its layout a moment before its callbacks; until both are there a set property is lost or refused.
      // Of what comes in the meantime the newest is shown.
      setTimeout(() => put(news), 100);
    }
  }

  // Dash keeps, for an undo that nobody is offered here, what every set property was before, and with it whole answers,
  // for as long as a page is open: the more batches, the more.
  function forget() {
    const history = window.store && window.store.getState().history;
    if (history) history.past.length = 0;
  }

  function isAsking() {
    const busy = Boolean(window.store && window.store.getState().isLoading);
    if (!busy) since = 0;
    else if (!since) since = Date.now();
    return busy && Date.now() - since < PATIENCE;
  }

  function isBuilt() {
    try {
      return window.dash_component_api.getLayout("live") !== undefined;
    } catch {
      return false;
    }
  }

  function stand(state) {
    document.documentElement.dataset.stream = state;
    window.dispatchEvent(new CustomEvent("stream", { detail: { state } }));
  }

  // A batch that was never announced here, found by a block (shell.js): it waits its turn like the others.
  window.addEventListener("missed", ({ detail: batch }) => {
    if (!pending || (JSON.parse(pending).batch || 0) < batch) apply(JSON.stringify({ batch }));
  });

  function hear(message) {
    if (message.now) window.dispatchEvent(new CustomEvent("server-time", { detail: message.now }));
    if (message.state) stand(message.state);
    if (message.news !== undefined) apply(message.news);
  }

  function shared() {
    const worker = new SharedWorker("/assets/live-worker.js", { name: "live" });
    worker.port.onmessage = (event) => hear(event.data);
    worker.port.start();
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
    // Back from the browser's memory: the worker has forgotten this page.
    window.addEventListener("pageshow", (event) => { if (event.persisted) worker.port.postMessage("hello"); });
  }

  function alone() {
    const stream = new EventSource("/stream");
    stream.onmessage = (event) => hear({ state: "live", news: event.data });
    stream.addEventListener("heartbeat", (event) => hear({ now: Number(event.data) }));
    stream.addEventListener("lost", () => hear({ state: "lost" }));
    stream.onerror = () => {
      hear({ state: "lost" });
      if (stream.readyState === EventSource.CLOSED) setTimeout(alone, 2000);
    };
  }

  stand("connecting");
  // "SharedWorker" is missing in Chrome for Android before 2025 and in private windows of some others.
  const start = () => ("SharedWorker" in window ? shared() : alone());
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
