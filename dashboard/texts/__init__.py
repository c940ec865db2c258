"""The catalogue: every text on screen, Vietnamese first, English second.

`{n}` is a value; `{n:person|people}` bends an English word to it.
"""

from dashboard.texts import charts, shell, tiles, words

PARTS = (shell.TEXTS, words.TEXTS, tiles.TEXTS, charts.TEXTS)
TEXTS: dict[str, tuple[str, str]] = {key: texts for part in PARTS for key, texts in part.items()}
