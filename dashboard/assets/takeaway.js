// Pictures of charts, made here: twice the size, on white whatever the page's theme, in the system's
// font (a picture takes no web font along), with what the figure is and where it comes from.
(function () {
  "use strict";
  const { lines } = window.texts;
  const FONT = '"Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif';
  const WIDTH = 1000, BODY = 420, LINE = 17;

  // The dark theme's colours → those for white paper, as assets/00-theme.css has them.
  function forPaper() {
    const light = {}, dark = {};
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        const found = rule.selectorText === ":root" ? light : rule.selectorText === ':root[data-theme="dark"]' ? dark : null;
        if (!found) continue;
        for (const name of rule.style) {
          const value = rule.style.getPropertyValue(name).trim();
          if (name.startsWith("--") && value.startsWith("#")) found[name] = value;
        }
      }
    }
    return Object.fromEntries(Object.entries(dark).map(([name, value]) => [value, light[name]]));
  }

  function copied(chart) {
    const figure = { data: chart.data, layout: chart.layout };
    let written = JSON.stringify(figure, (key, value) => (ArrayBuffer.isView(value) ? [...value] : value));
    if (document.documentElement.dataset.theme === "dark") {
      for (const [dark, paper] of Object.entries(forPaper())) written = written.replaceAll('"' + dark + '"', '"' + paper + '"');
    }
    return JSON.parse(written, (key, value) => (key === "family" ? FONT : value));
  }

  // Plotly reads some marks in texts; a name with "<" must stay a name.
  const plain = (text) => (text || "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");

  // Placed from the plot's left lower corner: an annotation knows no other.
  function note(text, y, size, colour, left, shift, anchor) {
    return {
      text, x: 0, xref: "paper", xanchor: "left", xshift: 16 - left, y, yref: "paper", yanchor: anchor, yshift: shift,
      showarrow: false, align: "left", font: { family: FONT, size, color: colour },
    };
  }

  function framed(chart, panel, credit) {
    const figure = copied(chart);
    const before = figure.layout.margin || {};
    const said = (id) => panel.querySelector(id)?.innerText.trim() || "";
    // the line below the title, without the keys beside the unit: those become the legend
    const under = panel.querySelector("header p").cloneNode(true);
    under.querySelectorAll(".key").forEach((key) => key.remove());
    const unit = under.textContent.trim();
    const sentence = lines(said(".sentence"), 140);
    const footer = lines(credit, 150);
    const keys = panel.querySelectorAll("header .key:not(.define)").length > 0;
    const top = 62 + sentence.length * LINE + (keys ? 22 : 0), bottom = (before.b || 30) + 26 + footer.length * LINE;
    const left = Math.max(before.l || 0, 16), right = Math.max(before.r || 0, 16);
    const head = [
      note("<b>" + plain(said("h2")) + "</b>", 1, 19, "#16202c", left, top - 8, "top"),
      note(plain(unit), 1, 13, "#566473", left, top - 36, "top"),
      note(sentence.map(plain).join("<br>"), 1, 13, "#16202c", left, top - 56, "top"),
      note(footer.map(plain).join("<br>"), 0, 11.5, "#566473", left, -(bottom - 8), "bottom"),
    ].filter((one) => one.text);
    Object.assign(figure.layout, {
      paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff", width: WIDTH, height: BODY + top + bottom, autosize: false,
      margin: { l: left, r: right, t: top, b: bottom, autoexpand: false },
      annotations: [...(figure.layout.annotations || []), ...head],
    });
    if (keys) {
      Object.assign(figure.layout, {
        showlegend: true,
        legend: { orientation: "h", traceorder: "normal", x: 0, xanchor: "left", y: 1, yanchor: "bottom", font: { family: FONT, size: 12 } },
      });
    }
    return figure;
  }

  function save(address, name) {
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }

  async function take(button) {
    const menu = button.closest(".take");
    const panel = button.closest(".panel");
    const chart = panel.querySelector(".js-plotly-plot");
    const figure = framed(chart, panel, menu.dataset.credit);
    const format = button.dataset.take;
    const scale = format === "png" ? 2 : 1;
    const { width, height } = figure.layout;
    const address = await window.Plotly.toImage(figure, { format, width, height, scale });
    save(address, menu.dataset.name + "." + format);
    menu.open = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-take]");
    if (button) take(button);
    const file = event.target.closest && event.target.closest(".take a");
    if (file) file.closest(".take").open = false;
  });
})();
