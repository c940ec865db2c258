"""Mixed series of which the rules say nothing: their later doses are given and do not count."""

from dashboard.block import Block
from dashboard.tables import Column, Row, Table
from dashboard.view import View

PAIRS = Block("vaccines-pairs", takes=(), has_denominator=False, folds=True)


def unruled(view: View) -> Table | None:
    """Of everywhere, and as of now: no balance holds pairs."""
    say, names = view.say, view.vaccines
    found = view.data.unruled_pairs() if view.is_root and view.filters.as_of is None else []
    if not found:
        return None
    rows = [
        Row(
            {
                "before": names[row.before_vaccine_id],
                "vaccine": names[row.vaccine_id],
                "people": row.people,
                "doses": row.doses,
            }
        )
        for row in found
    ]
    columns = [
        Column("before", say("pairs.before"), "text"),
        Column("vaccine", say("pairs.vaccine"), "text"),
        Column("people", say("pairs.people"), unit=say("people.word")),
        Column("doses", say("pairs.doses"), unit=say("doses.word")),
    ]
    most = found[0]
    said = say("pairs.sentence", n=sum(row.doses for row in found), before=names[most.before_vaccine_id],
               vaccine=names[most.vaccine_id], people=most.people)  # fmt: skip
    return Table(say("pairs.title"), say("pairs.unit"), columns, rows, sentence=said)
