// What several scripts do with texts. Nothing here looks at the page: tests/dashboard/test_scripts.py calls it.
(function () {
  "use strict";
  const MINUTE = 60, HOUR = 3600, DAY = 86400;

  // In words of the page's language: `said` holds each unit's for one and for two.
  function ago(seconds, said) {
    const [unit, number] =
      seconds < MINUTE ? ["s", seconds] : seconds < HOUR ? ["m", seconds / MINUTE]
        : seconds < 2 * DAY ? ["h", seconds / HOUR] : ["d", seconds / DAY];
    const whole = Math.max(0, Math.floor(number)); // clocks that differ a little
    return whole === 1 ? said[unit + "-1"] : said[unit + "-2"].replace("2", String(whole));
  }

  // As dashboard/tables.py does it: what is typed without accents finds what has them.
  function unaccented(text) {
    return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").trim();
  }

  // `text` in lines of at most `most` letters, broken between words.
  function lines(text, most) {
    const made = [""];
    for (const word of text.split(/\s+/)) {
      const longer = made[made.length - 1] ? made[made.length - 1] + " " + word : word;
      if (longer.length > most && made[made.length - 1]) made.push(word);
      else made[made.length - 1] = longer;
    }
    return made;
  }

  window.texts = { ago, unaccented, lines };
})();
