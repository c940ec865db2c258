// The wall (?wall=1): scales it to the screen, turns its pages, runs its clock and its last minute, fills in the alarm.
// One timer for as long as the document lives; what it needs of the page it looks up each time.
(function () {
  "use strict";
  const MINUTE = 60000;
  let stayed = 0; // seconds on the page that is shown
  let isPaused = false;
  let moved = 0;

  const wall = () => document.getElementById("wall");
  const screens = (stage) => [...stage.querySelectorAll(".screen")];

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function fit(stage) {
    const drawn = (name) => Number(getComputedStyle(stage).getPropertyValue(name)); // 75-wall.css
    const scale = Math.min(innerWidth / drawn("--drawn-width"), innerHeight / drawn("--drawn-height"));
    const size = `${innerWidth}x${innerHeight}`;
    if (stage.dataset.size === size) return;
    stage.dataset.size = size;
    document.documentElement.lang = stage.lang;
    stage.style.width = `${innerWidth / scale}px`;
    stage.style.height = `${innerHeight / scale}px`;
    stage.style.transform = `scale(${scale})`;
    window.dispatchEvent(new Event("resize")); // charts measure themselves again
  }

  function turn(stage, by) {
    const all = screens(stage);
    const at = all.findIndex((screen) => screen.classList.contains("shown"));
    const next = (at + by + all.length) % all.length;
    all.forEach((screen, number) => {
      screen.classList.toggle("shown", number === next);
      screen.inert = number !== next; // nothing unseen takes the keyboard or is read out
    });
    if (by) stayed = 0;
    tell(stage);
  }

  function tell(stage) {
    const all = screens(stage);
    const at = all.findIndex((screen) => screen.classList.contains("shown"));
    const seconds = Number(stage.dataset.seconds);
    const paused = isPaused ? ` · ${stage.dataset.paused}` : "";
    write(document.getElementById("wall-turn"), `${at + 1}/${all.length} ${all[at].dataset.name}${paused}`);
    const line = document.querySelector("#wall-turning span");
    line.style.transform = `scaleX(${Math.min(1, stayed / seconds)})`;
    stage.classList.toggle("jump", stayed === 0); // back to the start at once, not slowly
  }

  function clock(stage) {
    const time = stage.querySelector(".wall-clock time");
    if (!time) return;
    const now = new Date(window.serverNow() + Number(time.dataset.shift) * 86400000);
    const given = { timeZone: time.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    write(time, now.toLocaleTimeString("en-GB", given));
  }

  // What came within the last minute: it runs out by itself when nothing comes.
  function minute() {
    const shown = document.getElementById("wall-minute");
    if (!shown) return;
    const arrivals = shown.dataset.arrivals.split(" ").filter(Boolean).map((one) => one.split(":").map(Number));
    const doses = arrivals.reduce((sum, [at, more]) => sum + (window.serverNow() - at < MINUTE ? more : 0), 0);
    const written = Math.abs(doses).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "de-DE");
    write(shown, (doses > 0 ? "+" : doses < 0 ? "−" : "") + written);
  }

  function alarm(stage) {
    const since = stage.querySelector(".wall-since");
    const said = (place) => (document.querySelector(place) || {}).textContent || "–";
    const words = since.dataset.words.replace("{clock}", said("#as-of .clock")).replace("{ago}", said("#as-of-ago"));
    const trouble = document.querySelector("#as-of .trouble");
    write(since, trouble ? `${trouble.textContent}: ${words}` : words);
  }

  function second() {
    const stage = wall();
    if (!stage) return;
    fit(stage);
    clock(stage);
    minute();
    alarm(stage);
    if (document.hidden) return;
    if (!isPaused) stayed += 1;
    if (stayed >= Number(stage.dataset.seconds)) turn(stage, 1);
    else turn(stage, 0);
    document.body.classList.toggle("idle", Date.now() - moved > 4000);
  }

  function leave() {
    const query = new URLSearchParams(location.search);
    query.delete("wall");
    const search = query.size ? `?${query}` : "";
    dash_clientside.set_props("url", { search });
  }

  const DO = {
    before: (stage) => turn(stage, -1),
    next: (stage) => turn(stage, 1),
    pause: (stage) => { isPaused = !isPaused; tell(stage); },
    leave,
  };
  const KEYS = { ArrowLeft: "before", ArrowRight: "next", " ": "pause", Escape: "leave" };

  document.addEventListener("keydown", (event) => {
    const stage = wall();
    if (!stage || !KEYS[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    moved = Date.now();
    if (event.key === " " && event.target.closest("button, a")) return; // the space bar presses what it is on
    event.preventDefault();
    DO[KEYS[event.key]](stage);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-wall]");
    if (button) DO[button.dataset.wall](wall());
  });
  document.addEventListener("mousemove", () => {
    moved = Date.now();
    document.body.classList.remove("idle");
  });
  window.addEventListener("resize", () => wall() && fit(wall()));
  window.addEventListener("drawn", () => {
    if (!wall()) return;
    fit(wall());
    minute();
  });
  setInterval(second, 1000);
})();
