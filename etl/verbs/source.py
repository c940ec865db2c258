"""Manage sources: list, rename, forget (take out its records), restore or delete one."""

import argparse

import psycopg

from etl import request_queue
from etl.pipeline import in_parts
from etl.settings import Settings
from etl.statements import IDENTITY
from etl.station import Station
from etl.verbs import Answer, Refused, warehouse
from sql.plural import plural
from sql.rows import by_name

UNIT = "records"


_TAKES = {"list": 0, "rename": 2, "forget": 1, "restore": 1}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "list                    every source that the warehouse knows\n"
        "rename NAME NEW         the settings call it by another name now\n"
        "forget NAME             take out the records of a source that the settings no longer name\n"
        "restore NAME            bring back the records of a source that was forgotten\n"
        "forget NAME --delete    delete a source that was forgotten: there is no way back"
    )
    parser.add_argument("what", choices=_TAKES)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--delete", action="store_true", help="with forget: delete what was forgotten")


def act(config: Settings, options: argparse.Namespace) -> Answer:
    if len(options.names) != _TAKES[options.what]:
        raise Refused(f"source {options.what} takes {_TAKES[options.what]} names (found {len(options.names)})", 2)
    if options.what != "list":
        return request_queue.do(config, options)
    with warehouse(config, autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        found = db.execute(IDENTITY["list"]).fetchall()
    return Answer({"sources": [row | {"in_settings": row["name"] in config.sources} for row in found]})


def work(led: Station, options: argparse.Namespace, progress) -> Answer:
    if options.what == "rename":
        return _rename(led, *options.names)
    (name,) = options.names
    if options.what == "restore":
        return _restore(led, name, progress)
    return _delete(led, name) if options.delete else _forget(led, name, progress)


def _rename(led: Station, name: str, to: str) -> Answer:
    source, newer = _find(led, name), _find(led, to, must_exist=False)
    _refuse_named(led, name, "rename it in the settings first")
    if to not in led.settings.sources:
        raise Refused(f"{to} is not a source of the settings; they are: {', '.join(led.settings.sources)}", 2)
    if newer is not None and newer.received:
        raise Refused(f"{to} has brought {plural(newer.received, 'record')} of its own: two sources cannot become one")
    intakes = [intake for intake in led.intakes if intake.source.name == to]
    for intake in intakes:
        intake.turn.acquire()
    try:
        with led.writing, led.db.transaction():
            if newer is not None:
                for statement in ("drop_empty", "drop_source"):
                    led.db.execute(IDENTITY[statement], {"source_id": newer.source_id})
            facts = {"source_id": source.source_id, "to": to, "now": led.clock.now()}
            led.db.execute(IDENTITY["rename"], facts)
        with led.writing:
            led.note_what_sources_tell()
        for intake in intakes:
            intake.read_identity()
    finally:
        for intake in intakes:
            intake.turn.release()
    return Answer({"renamed": name, "to": to})


def _forget(led: Station, name: str, progress) -> Answer:
    source = _find(led, name)
    _refuse_named(led, name, "take it out of the settings first, or it is read again")
    facts = {"source_id": source.source_id, "now": led.clock.now()}
    with led.writing, led.db.transaction():
        if source.forgotten_at is None:
            led.db.execute(IDENTITY["keep_counting"], facts)
            led.db.execute(IDENTITY["keep_open"], facts)
            led.db.execute(IDENTITY["forget"], facts)
    records = _forgotten(led, facts)
    progress.expect(len(records))
    taken = 0
    for some in in_parts(records):
        with led.writing:
            taken += led.pipeline.withdraw(source.source_id, some).vanished
        progress.add(len(some))
    return Answer({"forgotten": name, "taken_out": taken,
                   "then": f"./run source restore {name} brings them back; ./run source forget {name} --delete deletes them"})  # fmt: skip


def _restore(led: Station, name: str, progress) -> Answer:
    source = _find(led, name)
    if source.forgotten_at is None:
        raise Refused(f"{name} was not forgotten; see: ./run source list")
    facts = {"source_id": source.source_id, "now": led.clock.now()}
    records = _forgotten(led, facts)
    progress.expect(len(records))
    back = 0
    for some in in_parts(records):
        with led.writing:
            back -= led.pipeline.bring_back(source.source_id, some).vanished
        progress.add(len(some))
    with led.writing, led.db.transaction():
        for statement in ("reopen", "restore", "empty_forgotten"):
            led.db.execute(IDENTITY[statement], facts)
    for intake in led.intakes:
        if intake.source.name == name:
            intake.read_identity()
    return Answer({"restored": name, "brought_back": back})


def _delete(led: Station, name: str) -> Answer:
    source = _find(led, name)
    if source.forgotten_at is None:
        raise Refused(f"{name} is to be forgotten first, which can be undone: ./run source forget {name}")
    for some in in_parts(_forgotten(led, {"source_id": source.source_id})):  # had it been interrupted
        with led.writing:
            led.pipeline.withdraw(source.source_id, some)
    with led.writing:
        deleted = led.pipeline.delete(source.source_id)
    return Answer({"deleted": name, "records": deleted})


def _find(led: Station, name: str, must_exist: bool = True):
    with led.writing, led.db.cursor(row_factory=by_name) as cursor:
        found = cursor.execute(IDENTITY["find"], {"name": name}).fetchone()
        if found is None and must_exist:
            known = [row.name for row in cursor.execute(IDENTITY["list"]) if row.deleted_at is None]
            raise Refused(f"{name} is not a source of the warehouse; they are: {', '.join(known)}", 2)
    return found


def _refuse_named(led: Station, name: str, then: str) -> None:
    if name in led.settings.sources:
        raise Refused(f"{name} is in the settings: {then} (and start the ETL anew, if it runs)", 2)


def _forgotten(led: Station, facts: dict) -> list[str]:
    with led.writing:
        found = led.db.execute(IDENTITY["forgotten_records"], facts).fetchall()
    return list(dict.fromkeys(record for (record,) in found))
