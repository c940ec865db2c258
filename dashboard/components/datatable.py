"""A table of many rows: sorted by its heads, its head in sight, a card a row on a phone (51-datatable.css)."""

from dash import html

from dashboard.components import marks
from dashboard.components.link import link
from dashboard.components.quick import quick
from dashboard.filters import Filters
from dashboard.i18n import Language
from dashboard.tables import Bar, Column, Row, Table

# On a phone a row is a card: of a longer table so many are in sight, the rest a touch away.
_IN_SIGHT = 4


def datatable(language: Language, table: Table, filters: Filters) -> html.Div:
    """`filters.sort` says in which order; a head is a link to the same page in another."""
    shown = table.sorted(filters.sort)
    heads = [_head(language, column, filters) for column in table.columns]
    head = html.Tr(heads, **{"data-sort-by": language.say("table.sort_by")})
    parts = [
        html.Caption(table.title, className="visually-hidden"),
        html.Thead(head),
        html.Tbody([_row(language, row, table.columns) for row in shown.rows]),
    ]
    if table.foot:
        parts.append(html.Tfoot([_row(language, row, table.columns) for row in table.foot]))
    label = {"role": "region", "aria-label": table.title}
    frame = html.Div(html.Table(parts, className="datatable"), className="table-frame data-frame", tabIndex=0, **label)
    return html.Div([frame, _all_rows(language, len(shown.rows))], className="rows")


def _all_rows(language: Language, count: int) -> html.Details | None:
    """What opens the rest on a phone (51-datatable.css looks at whether it is open); one row more needs no touch."""
    if count <= _IN_SIGHT + 1:
        return None
    words = [
        html.Span(language.say("table.all_rows", n=count), className="closed"),
        html.Span(language.say("table.fewer_rows"), className="opened"),
    ]
    return html.Details(html.Summary(words), className="all-rows")


def _head(language: Language, column: Column, filters: Filters) -> html.Th:
    down = f"-{column.key}"
    is_up, is_down = filters.sort == column.key, filters.sort == down
    order = down if is_up else column.key if is_down else column.first_order
    name = [html.Span(column.title, className="what"), html.Span(column.unit, className="unit") if column.unit else None]
    sort = link(name, filters.href(sort=order), "sort", title=language.say("table.sort"))
    said = {"aria-sort": "ascending" if is_up else "descending"} if is_up or is_down else {}
    return html.Th(sort, scope="col", className=f"{column.kind} {column.key}", **said)


def _row(language: Language, row: Row, columns) -> html.Tr:
    first, *others = columns
    name = cell(language, first, row.values.get(first.key))
    name = link(name, row.href, "row-link") if row.href else name
    cells = [quick(html.Th, name, scope="row", className=f"{first.kind} {first.key}", **{"data-head": first.title})]
    for column in others:
        kinds = [column.kind, column.key, *(["warned"] if column.key in row.warned else [])]
        content = cell(language, column, row.values[column.key]) if column.key in row.values else None
        said = {"data-head": column.title}
        if column.unit and row.values.get(column.key) is not None:
            said["data-unit"] = column.unit
        cells.append(quick(html.Td, content, className=" ".join(kinds), **said))
    mark = {"aria-current": "true"} if row.is_asked else {}
    return quick(html.Tr, cells, className=row.kind or None, **mark)


def cell(language: Language, column: Column, value):
    """What stands in a cell: the value written the language's way, or drawn."""
    if column.kind == "bar":
        return _bar(language, value)
    if column.kind == "movement":
        return _movement(language, value)
    if column.kind == "warning":
        return html.Span(value, className="chip behind") if value else None
    written = language.write(column.kind, value)
    return written if column.kind in ("text", "day") else marks.live(written)


def _bar(language: Language, value: Bar | None) -> html.Div:
    share, target = (value.share, value.target) if value else (None, None)
    percent = language.percent(share)
    label = language.say("tile.bullet", value=percent, target=language.goal(target)) if target else percent
    bullet = marks.bullet(share, target, label, value.tone if value else "ours")
    return quick(html.Div, [bullet, marks.live(percent)], className="bar-cell")


def _movement(language: Language, places: int | None):
    if not places:
        return language.count(places) if places is None else "="
    said = language.say("table.up" if places > 0 else "table.down", n=abs(places))
    return html.Span([marks.arrow(places), language.count(abs(places)), html.Span(said, className="visually-hidden")])
