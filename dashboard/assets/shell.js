// The browser's side of the shell: which page and language, which version, light or dark.
(function () {
  "use strict";
  const root = document.documentElement;
  const wide = window.matchMedia("(min-width: 900px)");

  // Only what cartesian charts need is loaded: 0.5 MB instead of 1.5. Dash asks this property where
  // plotly.js lies, and would set it to the whole library.
  const own = document.querySelector('script[src*="assets/shell.js"]').src;
  const plotly = own.replace(/shell\.js.*$/, "lazy/plotly-cartesian-4.1.1.min.js?m=4.1.1");
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => plotly, set: () => {} });
  const early = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: plotly });
  document.head.append(early);

  root.dataset.theme = localStorage.getItem("theme")
    || (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  // As pages.section: /district/747 and /district/748 are one page, drawn anew in its place.
  function section(path) {
    const [, first, ...rest] = path.split("/");
    return "/" + first + (rest.length ? "/" : "");
  }

  function language(search) {
    const lang = new URLSearchParams(search || "").get("lang");
    return lang === "vi" || lang === "en" ? lang : null;
  }

  function route(path, search, before) {
    const lang = language(search);
    const wall = new URLSearchParams(search || "").get("wall") === "1";
    document.body.classList.toggle("wall", wall);
    const isSame = before && section(before.path) === section(path) && before.lang === lang && Boolean(before.wall) === wall;
    return isSame ? dash_clientside.no_update : { path: path, lang: lang, wall: wall };
  }

  // The wall is about a unit, whichever page it was asked for on: the path of a unit's page says it too.
  function wallAddress(path, search) {
    const query = new URLSearchParams(search || "");
    const unit = /^\/district\/([^/]+)$/.exec(path);
    if (unit) query.set("unit", decodeURIComponent(unit[1]));
    return "/?" + query;
  }

  // The blocks of a page follow the address only while it is of their page and language.
  function address(path, search, page) {
    const lang = language(search);
    if (section(path) !== page.section || (lang && lang !== page.lang)) return dash_clientside.no_update;
    const isWall = new URLSearchParams(search || "").get("wall") === "1";
    if (isWall !== Boolean(page.wall)) return dash_clientside.no_update;
    return isWall ? wallAddress(path, search) : path + (search || "");
  }

  // A tab that nobody looks at asks for nothing; it catches up when it is looked at.
  let waiting = null;
  function version(live, shown) {
    if (!live || live.batch === null || live.batch <= (shown || 0)) return dash_clientside.no_update;
    if (document.hidden) {
      waiting = live.batch;
      return dash_clientside.no_update;
    }
    window.dispatchEvent(new Event("batch"));
    return live.batch;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || waiting === null) return;
    window.dispatchEvent(new Event("batch"));
    dash_clientside.set_props("version", { data: waiting });
    waiting = null;
  });

  function catchUp(batch) {
    if (batch) window.dispatchEvent(new CustomEvent("missed", { detail: batch }));
  }

  function theme(clicks) {
    if (clicks) {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    }
    return root.dataset.theme;
  }

  function follow(query) {
    if (query !== undefined && query !== location.search) dash_clientside.set_props("url", { search: query });
  }

  function followMoment(found) {
    if (!found) return;
    document.getElementById("as-of-said").textContent = found.said || "";
    if (found.query === undefined) return;
    document.getElementById("as-of-choice").open = false;
    follow(found.query);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: { route, address, version, theme, follow, followMoment, catchUp },
  });

  // The frame is built by a callback: what depends on the screen is set when it appears.
  new MutationObserver(() => {
    const bar = document.getElementById("filterbar");
    if (bar && !bar.dataset.met) {
      bar.dataset.met = "1";
      bar.open = wide.matches;
    }
    const menu = document.getElementById("menu");
    if (menu && !menu.dataset.met) {
      menu.dataset.met = "1";
      menu.open = wide.matches;
    }
    const brand = document.querySelector(".top .brand-name");
    if (brand) root.lang = document.querySelector('.languages [aria-current]')?.lang || root.lang || "vi";
  }).observe(document.body || root, { childList: true, subtree: true });

  // What a tab and a bookmark are called: the page, and the unit that it is about.
  const NAMED_BY = ["main h1, #wall h1", "#place [aria-current]", ".top .brand-name"];
  window.addEventListener("drawn", () => {
    const words = NAMED_BY.map((place) => document.querySelector(place)?.textContent).filter(Boolean);
    if (words.length) document.title = words.join(" – ");
  });

  // An open choice closes when one clicks or tabs elsewhere, or presses Escape.
  function closeOthers(target) {
    document.querySelectorAll("details.choice[open]").forEach((open) => {
      if (!open.contains(target)) open.open = false;
    });
  }
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest && event.target.closest("details.choice[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
})();
