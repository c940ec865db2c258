"""The error of a reference table that cannot be used: a code with values, and its message."""

# For the log, `status` and /readyz; pages translate the code (dashboard/texts/refusals.py).
SENTENCES = {
    # --- the file
    "unreadable": "{place} cannot be read: {why}",
    "other_kind": "{place} {said}: {save}",
    "other_encoding": "{place} line {line} is not in UTF-8 (the byte 0x{byte} is none of it): {save}",
    "too_many_cells": '{place} line {line} has {cells} cells, the header has {columns}: a cell that holds a comma stands in "…"',
    "open_quote": '{place} line {line}: a " is not closed, or stands within a cell ({why})',
    "empty": "{place} is empty: its first line names the columns",
    "divided": "{place} is divided by {sign}, not by commas: {save}",
    "column_twice": "{place} line 1: the column {column} is there twice",
    "no_address": "{place}.url: is not an address such as postgresql://…",
    "query_failed": "{place}: the query failed: {why}",
    # --- its lines
    "no_column": "{place}: column {column} is not there; it has: {columns}",
    "empty_cell": "{place} line {line}: {column} is empty",
    "bad_cell": "{place} line {line}: {column} must be {asked} (found {found})",
    "ends_before": "{place} line {line}: valid_to is before valid_from",
    "closes_before": "{place} line {line}: to_hour must be after from_hour",
    "no_place": "{place} line {line}: unit_code or site_code must be there",
    "either": "{place} line {line}: {columns} are both filled; a row is of one of them, or of neither",
    "no_row": "{place}: there is no row in it",
    "no_table": "{place}: its rows are no rows of a table",
    "said_twice": "{place} line {line}: {found} is there already, with other values, on line {first}",
    "two_units": "{place}: {found} is two units from {since} to {until}: one valid from {first}, one valid from {since}",
    # --- the tables beside each other
    "fewer_bands": "{place}: fewer bands than the warehouse holds; rebuild it with --fresh, missing {found}",
    "no_parent": "{place}: no unit is valid at that time for the parent of {found}",
    "needed_units": "{place}: no longer in the table, but records, sites, populations or targets are there; "
    "keep the line (with valid_to, when the unit ended), or begin anew with --fresh: {found}",
    "any_is_taken": "{place}: the code any stands for every vaccine in dose_rules; name this one otherwise",
    "no_vaccine": "{place}: not a vaccine of the vaccines table: {found}",
    "no_site": "{place}: not a site of the sites table: {found}",
    "no_unit": "{place}: not a unit of the units table: {found}",
    "no_unit_then": "{place}: not a unit that is valid at valid_from: {found}",
    "no_unit_on_day": "{place}: not a unit that is valid on the day: {found}",
    "no_root": "{place}: {found} is not a unit of the units table",
    "alias_is_site": "{place}: a site of its own in the sites table: {found}",
    "other_band": "{place}: age_band {found} is not one of the settings' age_bands ({bands})",
    "emptied_stock": "{place}: there is no row in it (to do without, take it out of the settings), but in force is the stock of {found}",
    "not_taken": "{place}: the warehouse refuses it: {why}",
}


class ReferenceTableError(ValueError):
    """A reference table cannot be used; the message names the table, line, value found and value expected."""

    def __init__(self, code: str, **values):
        self.fault = {"code": code} | {name: str(value) for name, value in values.items()}
        super().__init__(SENTENCES[code].format(**values))
