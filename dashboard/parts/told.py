"""What cannot be said: what no source tells, and units of which no population is known."""

from collections.abc import Sequence

from dashboard.view import View

# More names than these are a list, not a sentence.
_NAMED = 5


def notes(view: View) -> list[str]:
    """What changes the meaning of every figure: that records are counted, that nobody knows what they reached, or where people live."""
    found, stageless = [], view.silent_about("stage")
    for field, of_all, of_some in (
        ("stage", "told.no_stage", "told.no_stage_of"),
        ("person", "told.records", "told.records_of"),
        ("residence_code", "told.no_residence", "told.no_residence_of"),
    ):
        # Who names neither persons nor doses is not counted by the dose number.
        silent = [name for name in view.silent_about(field) if field != "person" or name not in stageless]
        if silent:
            found.append(view.say(of_all) if view.is_untold(field) else view.say(of_some, sources=", ".join(silent)))
    return found


def lacking(view: View, *rows) -> str:
    """The units that the coverage of some rows leaves out, for want of a population; empty where there is none."""
    units = dict.fromkeys(unit_id for row in rows for unit_id in row.lacking or ())
    return view.say("lacking.said", units=_names(view, list(units))) if units else ""


def joined(*sentences: str) -> str:
    """Those that say something."""
    return " ".join(filter(None, sentences))


def unpeopled(view: View, rows: Sequence, own=None) -> str:
    """Those of some units' rows that have no population while others have one; but for those that `lacking` names of `own`."""
    without = [row.unit_id for row in rows if row.population is None]
    if len(without) == len(rows):
        return ""
    without = [unit_id for unit_id in without if unit_id not in ((own and own.lacking) or ())]
    if not without:
        return ""
    return view.say("lacking.rows", units=_names(view, without))


def _names(view: View, units: Sequence[int]) -> str:
    named = ", ".join(view.name(unit_id) for unit_id in units[:_NAMED])
    others = len(units) - _NAMED
    return view.say("lacking.others", units=named, n=others) if others > 0 else named
