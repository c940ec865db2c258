"""Texts that a spreadsheet would take for a formula, made harmless wherever a file is written."""

# What begins a formula in Excel, LibreOffice and their East Asian keyboards.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value):
    """A text that would be calculated gets an apostrophe before it; what is no text stays as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINNINGS) else value
