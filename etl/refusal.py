"""What a reference table that cannot be used raises."""


class ReferenceError(ValueError):
    """A reference table cannot be used; the message names the table, the line, what was found and what is asked."""
