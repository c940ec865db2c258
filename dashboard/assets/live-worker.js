// One stream for all tabs: browsers allow six connections to a server, and each tab would hold one.
"use strict";

const SILENCE = 25000; // ms without a word (the server speaks every 10 s): the stream is broken
const ports = new Set();
let stream = null;
let news = null; // the last version, as it came
let state = "connecting";
let heard = 0;

function tell(message, to = ports) {
  to.forEach((port) => port.postMessage(message));
}

function become(next) {
  if (next !== state) {
    state = next;
    tell({ state });
  }
}

function open() {
  if (stream) stream.close();
  heard = Date.now();
  stream = new EventSource("/stream");
  stream.onmessage = (event) => {
    heard = Date.now();
    news = event.data;
    tell({ news });
    become("live");
  };
  stream.addEventListener("heartbeat", (event) => {
    heard = Date.now();
    tell({ now: Number(event.data) });
  });
  stream.addEventListener("lost", () => { heard = Date.now(); become("lost"); });
  stream.onerror = () => {
    become("lost");
    // "Closed" is an answer that the browser does not try again by itself (an error page).
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000);
  };
}

// A laptop that slept, a cable that was pulled: nothing fails, nothing comes.
setInterval(() => {
  if (Date.now() - heard > SILENCE) {
    become("lost");
    open();
  }
}, 5000);

self.onconnect = (event) => {
  const port = event.ports[0];
  const welcome = () => {
    ports.add(port);
    tell({ state }, [port]);
    if (news !== null) tell({ news }, [port]);
  };
  port.onmessage = (message) => (message.data === "bye" ? ports.delete(port) : welcome());
  if (!stream) open();
  welcome();
};
