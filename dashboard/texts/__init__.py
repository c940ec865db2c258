"""The catalogue: every text on screen, Vietnamese first, English second.

`{n}` is a value; `{n:person|people}` bends an English word to it. Each module here has TEXTS and is
found by itself; no two have a key in common (a test looks).
"""

import pkgutil
from importlib import import_module

PARTS = tuple(import_module(f"{__name__}.{found.name}").TEXTS for found in pkgutil.iter_modules(__path__))
TEXTS: dict[str, tuple[str, str]] = {key: texts for part in PARTS for key, texts in part.items()}
