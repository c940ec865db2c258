"""Prevents formula injection in files that are opened in a spreadsheet."""

# Characters that begin a formula in Excel and LibreOffice, including full-width ones.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value):
    """Prefix a text that would be evaluated by an apostrophe; other values are returned as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINNINGS) else value
