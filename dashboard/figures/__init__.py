"""Charts. Pure: rows in, plotly figures (plain dicts) out, and the sentence and the table of each."""
