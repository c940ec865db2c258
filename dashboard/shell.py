"""What stands around every page: header, filters, notices, footer; and how a page comes into it.

The stores: `route` ({path, lang, wall}: the frame is built anew only when another page or language,
or the wall, is asked for), `version` (the batch shown), `theme` (light or dark), `pulse` (set when it has been quiet,
to ask how fresh the sources are), `missed` (a batch that was never announced here); and in the frame
`page` (which page it is) and `address` (path and query, for the blocks of that page). Their browser
side is assets/shell.js.
"""

from datetime import UTC, datetime

from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html, no_update

from dashboard import blocks, boundaries, pages
from dashboard.choices import CHOICES
from dashboard.components import asof, filterbar, header, menu, notices, provenance, stops
from dashboard.components.drawn import drawn
from dashboard.components.link import link
from dashboard.data import WarehouseUnreachable
from dashboard.i18n import LANGUAGES, Language
from dashboard.parts import told
from dashboard.view import Reader, View
from dashboard.wall import frame as wall
from sql import edit_note
from sql.clock import CLOCKS_DIFFER


def layout(settings, data) -> html.Div:
    """Runs at each load of the page, without its address: nothing here is of one language."""
    stores = [
        dcc.Location(id="url", refresh="callback-nav"),
        dcc.Store(id="route"),
        dcc.Store(id="version", data=_version(data)),
        dcc.Store(id="theme"),
        dcc.Store(id="pulse"),
    ]
    limits = {
        "data-stale-after": str(settings.dashboard.stale_after_seconds),
        "data-clocks-differ": str(CLOCKS_DIFFER.total_seconds()),
    }
    return html.Div([*stores, html.Div(id="frame", **limits)], id="shell")


def register_callbacks(app, settings, data) -> Reader:
    """Returns the reader of addresses, which knows all the tables then."""
    reader = Reader(
        data,
        settings.dashboard.language,
        pages.USES,
        pages.NAMES,
        boundaries.of(settings),
        red_coverage=settings.dashboard.red_coverage,
        silent_after_minutes=settings.dashboard.silent_after_minutes,
        given=settings.sources,
        edited=lambda: edit_note.read(settings.data),
    )
    _register_browser_side(app)

    @app.callback(Output("frame", "children"), Input("route", "data"), prevent_initial_call=True)
    def build_frame(route):
        language = LANGUAGES[route["lang"] or settings.dashboard.language]
        if route.get("wall"):
            return wall.frame(language, route["path"], settings.dashboard.wall)
        return frame(language, route["path"], settings)

    for id, draw in AROUND.items():
        blocks.fill_quietly(app, reader, id, draw)
    _register_filters(app, reader)
    _register_as_of(app, reader)
    _register_provenance(app, reader, data)
    _register_failure(app, reader)
    for page in pages.PAGES:
        before = set(reader.tables)
        page.register_callbacks(app, reader)
        reader.homes.update(dict.fromkeys(reader.tables.keys() - before, page.PATH))
    wall.register_callbacks(app, reader)
    return reader


def frame(language: Language, path: str, settings) -> list:
    """Header, page and footer in one language, still without figures."""
    page = pages.find(path)
    content = page.layout(language) if page else [_no_such_page(language)]
    return [
        dcc.Store(id="page", data={"section": pages.section(path), "lang": language.code}),
        dcc.Store(id="address"),
        html.A(language.say("app.skip"), href="#content", className="skip"),
        header.header(language, settings.name),
        menu.menu(language, page and _name_in_menu(page)),
        *drawn("notices", html.Section, "notices", **{"aria-label": language.say("notice.title")}),
        html.Div(id="failure-note", role="status"),
        *([filterbar.filterbar(language)] if page and page.USES else []),
        html.Main([*drawn("missing"), *content], id="content", tabIndex=-1),
        # no <footer>: Dash's own page has one around its scripts
        *drawn("provenance", html.Section, "provenance", **{"aria-label": language.say("footer.sources")}),
        dcc.Store(id="moment-wanted"),
        dcc.Store(id="moment-found"),
        dcc.Store(id="missed"),  # here, not above: a callback's outputs come into the page together
    ]


def _no_such_page(language: Language) -> html.Div:
    home = link(language.say("page.home"), "/")
    return html.Div([html.P(language.say("page.unknown")), html.P(home)], className="state")


def _name_in_menu(page) -> str:
    return getattr(page, "UNDER", page.NAME)


def _menu(view: View) -> list:
    page = pages.find(view.filters.path)
    entries = [(entry.NAME, view.to(entry.PATH)) for entry in pages.MENU]
    return menu.entries(view.language, entries, page and _name_in_menu(page))


def _missing(view: View):
    """What the path names and nobody knows; the rest of the page is hidden by it."""
    if not view.missing:
        return None
    is_unit = view.filters.is_of_unit
    found = header.search(view.language, view.filters, _unit_options(view), "missing-search") if is_unit else None
    back = link(view.say("page.home"), view.filters.href("/"))
    return menu.no_such_place(view.language, view.missing, is_unit, found, back)


def _version(data) -> int | None:
    """The batch that the first answers will be of: its announcement then needs no second round."""
    try:
        return data.world().batch_id
    except (WarehouseUnreachable, LookupError):
        return None


def _unit_options(view: View) -> list[tuple[str, str]]:
    """(code, name)."""
    return [(unit.code, view.language.name(unit)) for unit in view.in_force]


def _notices(view: View) -> list:
    sample_day = view.data.today() if view.world.is_sample else None
    frozen_at = view.local(view.frozen_at)
    return notices.notices(
        view.language, view.filters, view.ignored, sample_day, frozen_at, _elsewhen(view), told.notes(view)
    )


def _elsewhen(view: View) -> str | None:
    """That the page's unit is not one of the day meant: its zeros are no figures."""
    if view.world.root_unit_id is None:
        return None  # before the first units are in there is none to be of another day
    day, unit = view.data.seen_on(view.filters.as_of), view.unit
    if unit.is_in_force(day):
        return None
    said = {"name": view.language.name(unit), "day": day}
    if unit.valid_to and unit.valid_to < day:
        return view.say("notice.ended", last=unit.valid_to, **said)
    return view.say("notice.not_begun", first=unit.valid_from, **said)


def _moments(view: View) -> list:
    closings = [(closing.name, view.filters.href(as_of=closing.batch_id)) for closing in view.data.closings()]
    back = None if view.filters.is_live else view.filters.href(as_of=None)
    return asof.choices(view.language, closings, back)


def _choices(view: View) -> list:
    labels = {choice.name: choice.labels(view) for choice in CHOICES if choice.name in view.uses}
    return filterbar.choices(view.language, view.filters, labels)


# The parts of the frame that depend on the address: id → what is drawn there.
AROUND = {
    # before the first reference data there is no unit to name
    "place": lambda view: header.place(view) if view.world.root_unit_id else None,
    "menu-entries": lambda view: _menu(view) if view.world.root_unit_id else None,
    "missing": _missing,
    "as-of-choices": _moments,
    "languages": lambda view: header.languages(view.language, view.filters),
    "notices": _notices,
    "switches": lambda view: filterbar.switches(view.language, view.filters, view.uses),
    "choices": _choices,
    "unit-search": lambda view: header.search(view.language, view.filters, _unit_options(view)),
}


def _provenance(view: View) -> tuple:
    """The footer's sources and counter, the header's as-of, and the newest batch in the warehouse."""
    found, world = view.data.sources(), view.world
    lines = [
        provenance.SourceLine(
            row.source,
            row.state,
            row.reason,
            view.real_ms(row.last_polled_at),
            view.real_ms(row.last_change_at),
            row.received,
            row.open_quarantine,
            stops.read(row.stop, view.local),
            (row.source_rows, row.held_rows) if row.source_rows != row.held_rows else None,
            {"without_time": row.without_time or 0, "ahead": row.ahead or 0},
            row.merged or 0,
            not row.is_configured,
            row.missing,
            row.missing_of,
            [(found["file"], found["note"]) for found in row.not_read or ()],
            row.not_read_files or 0,
        )
        for row in found
    ]
    # Sources may be fresher than the figures on the page: these are as old as their own batch.
    is_newest = found.version.batch_id == world.batch_id
    moment = provenance.known_until(found, world.committed_at) if is_newest else world.committed_at
    moment = view.frozen_at or moment
    trouble = provenance.trouble(lines) if view.filters.is_live else ""
    shown = asof.as_of(
        view.language,
        view.local(moment),
        view.real_ms(moment),
        trouble,
        not view.filters.is_live,
        _now_ms(),
        view.has_figures,
    )
    return (
        provenance.footer(view.language, lines, world, view.edited(), view.data.refusal()),
        shown,
        found.version.batch_id or 0,
    )


def _now_ms() -> int:
    return round(datetime.now(UTC).timestamp() * 1000)


def _register_browser_side(app) -> None:
    # What lies there is loaded by a script when it is needed (assets/shell.js), not by every page.
    app.config.assets_path_ignore = ["^lazy$"]

    def side(name: str, output: Output, *given) -> None:
        app.clientside_callback(ClientsideFunction("shell", name), output, *given)

    side("route", Output("route", "data"), Input("url", "pathname"), Input("url", "search"), State("route", "data"))
    side("version", Output("version", "data"), Input("live", "data"), State("version", "data"))
    # Those below have no output: they set what was there before they are, or what they hang on themselves.
    here = (Input("url", "pathname"), Input("url", "search"), State("page", "data"))
    side("address", Output("address", "data"), *here)
    for name, given in (
        ("follow", Input("chosen", "data")),
        ("followMoment", Input("moment-found", "data")),
        ("catchUp", Input("missed", "data")),
    ):
        app.clientside_callback(ClientsideFunction("shell", name), given, prevent_initial_call=True)
    side("theme", Output("theme", "data"), Input("theme-toggle", "n_clicks"))


def _register_filters(app, reader: Reader) -> None:
    @app.callback(Output("days", "children"), Input("page", "data"), State("url", "pathname"), State("url", "search"))
    def build_days(_page, path, query):
        try:
            view = reader.read(f"{path}{query or ''}")
        except WarehouseUnreachable:  # the page is built anew when it is back
            return None
        return filterbar.days(view.language, view.filters) if "days" in view.uses else None

    # One callback both ways: the days show the address, and what is typed is the next address.
    @app.callback(
        Output("chosen", "data"),
        Output("filter-from", "value"),
        Output("filter-to", "value"),
        Output("filter-days-summary", "children"),
        Output("filter-days-said", "children"),
        blocks.ADDRESS,
        Input("filter-from", "value"),
        Input("filter-to", "value"),
        prevent_initial_call=True,
    )
    def follow_or_show_days(address, first, last):
        view = reader.read(address)
        if ctx.triggered_id == "address":
            summary = filterbar.days_summary(view.language, view.filters)
            return no_update, *filterbar.typed_days(view.filters), summary, ""
        try:
            wanted = view.filters.but(date_from=filterbar.read_day(first), date_to=filterbar.read_day(last))
        except ValueError as wrong:  # what holds goes on holding
            return no_update, no_update, no_update, no_update, view.say("filter.no_day", found=str(wrong)[:20])
        return wanted.query(), no_update, no_update, no_update, ""


def _register_as_of(app, reader: Reader) -> None:
    @app.callback(
        Output("moment-found", "data"),
        Input("moment-wanted", "data"),
        State("address", "data"),
        prevent_initial_call=True,
    )
    def find_moment(wanted, address):
        view = reader.read(address)
        return moment_found(view, wanted["moment"])


def moment_found(view: View, wanted: str) -> dict:
    """{query} of the same page as of a moment, or {said}: why there are no figures of it."""
    now = view.local(view.now)
    moment = asof.moment_wanted(wanted, now)
    if moment is None:
        return {"said": view.say("asof.no_moment")}
    if moment >= now:
        return {"query": view.filters.but(as_of=None).query()}
    batch = view.data.batch_at(moment.astimezone(UTC))
    if batch is None:
        return {"said": view.say("asof.too_early", time=view.language.moment(moment))}
    return {"query": view.filters.but(as_of=batch).query()}


def _register_provenance(app, reader: Reader, data) -> None:
    @app.callback(
        blocks.draws(app, "provenance"),
        blocks.draws(app, "as-of"),
        Output("missed", "data"),
        blocks.ADDRESS,
        blocks.VERSION,
        Input("pulse", "data"),
    )
    def show_provenance(address, version, _pulse):
        try:
            view = reader.read(address, version)
            footer, as_of, newest = _provenance(view)
        except WarehouseUnreachable:
            language = reader.language(address)
            return {"": None}, {"": asof.as_of(language, None, None, "", False)}, no_update
        if newest <= (version or 0):
            return {"": footer}, {"": as_of}, no_update
        # A batch that was never announced here: the page asks for it by itself.
        data.forget_version()
        return {"": footer}, {"": as_of}, newest


def _register_failure(app, reader: Reader) -> None:
    @app.callback(
        Output("failure-note", "children"),
        Input("failure", "data"),
        State("address", "data"),
        prevent_initial_call=True,
    )
    def show_failure(failure, address):
        return notices.failure(reader.language(address), failure)
