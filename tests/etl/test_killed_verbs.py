"""kill -9 between any two transactions of what an operator asks for: asked again it ends as if nothing had been."""

import threading
from contextlib import suppress
from itertools import count

import psycopg
import pytest

from etl import pipeline, station
from etl.recount import recount
from sql import connect
from tests.etl.register import configure, source, verb
from tests.etl.test_braked_source import enter
from tests.etl.world import ZONE

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "LOCK", "CREATE")


class Killed(BaseException):
    """No `except Exception` stands in its way."""


class Killer:
    """Ends the ETL's connections, and what it is about, before the transaction (`inside`: the statement) that `after`
    counts down to; from where it has prepared itself on."""

    def __init__(self, monkeypatch, url: str):
        self.url, self.after, self.inside, self.is_armed = url, None, False, False
        self.database = psycopg.conninfo.conninfo_to_dict(connect.conninfo(url))["dbname"]
        begin, execute, prepare = psycopg.Transaction.__enter__, psycopg.Connection.execute, station.Station.prepare

        def enter(transaction):
            self._count(transaction.connection)
            return begin(transaction)

        def executed(db, query, *given, **more):
            if str(query).lstrip().startswith(_WRITES) or self.inside:
                self._count(db)
            return execute(db, query, *given, **more)

        def prepared(led):
            prepare(led)
            self.is_armed = True

        monkeypatch.setattr(psycopg.Transaction, "__enter__", enter)
        monkeypatch.setattr(psycopg.Connection, "execute", executed)
        monkeypatch.setattr(station.Station, "prepare", prepared)

    def each(self, act, stride: int = 1):
        """Has `act` killed at one step after the other, and asked again, until it comes to its end; yields after each."""
        for self.step in count(0, stride):
            self.after, self.is_armed = self.step, self.inside
            with suppress(Killed):
                act()
            was_killed, self.after = self.after is None, None
            if was_killed:
                act()
            yield
            if not was_killed:
                return

    def _count(self, db: psycopg.Connection) -> None:
        is_idle = db.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        is_ours = self.is_armed and db.info.dbname == self.database and threading.current_thread() is threading.main_thread()
        if self.after is None or not is_ours or not (is_idle or self.inside):
            return
        self.after -= 1
        if self.after < 0:
            self.after = None
            with connect.raw_at(self.url, "owner", autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                               "WHERE application_name LIKE 'etl%' AND datname = current_database()")  # fmt: skip
            raise Killed


@pytest.fixture
def killer(monkeypatch, warehouse, look):
    monkeypatch.setattr(pipeline, "AT_ONCE", 2)
    return Killer(monkeypatch, warehouse.url)


@pytest.fixture
def register(register):
    enter(register, 5)
    enter(register, 1, first=100, vac_xin="?")
    return register


@pytest.fixture
def named(register, tmp_path):
    limits = {"void_share": 1, "quarantine_share": 1}
    return lambda *names: configure(tmp_path, {name: source(register.url) for name in names}, brake=limits)


def stands(look, warehouse) -> tuple[int, int]:
    """Doses counted and records that wait, where everything agrees."""
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True) as db:
        assert {name: rows for name, rows in recount(db, ZONE, 0).items() if rows} == {}
    assert look("SELECT bool_and(received = loaded + unchanged + quarantined) FROM warehouse.source") in (
        [(True,)],
        [(None,)],
    )
    assert look("SELECT count(*), max(batch_id) FROM warehouse.batch") == look(
        "SELECT last_batch_id, last_batch_id FROM warehouse.leader"
    )
    return look("SELECT (SELECT coalesce(sum(doses), 0)::int FROM warehouse.balance_doses_pair_day), "
               "(SELECT count(*)::int FROM warehouse.quarantine WHERE state = 'open')")[0]  # fmt: skip


def test_a_comparison(killer, register, named, look, warehouse):
    file = named("platform")
    assert verb(file, "once") == 0
    register.db.execute("CREATE TABLE public.kept AS SELECT * FROM public.injections")
    register.db.execute("DELETE FROM public.injections WHERE id <> 'r4'")
    for _ in killer.each(lambda: verb(file, "reconcile")):
        assert stands(look, warehouse) == (1, 0)
        register.db.execute("INSERT INTO public.injections SELECT * FROM public.kept ON CONFLICT DO NOTHING")
        assert verb(file, "reconcile") == 0
        assert stands(look, warehouse) == (5, 1)
        register.db.execute("DELETE FROM public.injections WHERE id <> 'r4'")
    assert killer.step > 5


def test_a_source_is_forgotten_and_brought_back(killer, named, look, warehouse):
    assert verb(named("platform"), "once") == 0
    for _ in killer.each(lambda: verb(named(), "source", "forget", "platform")):
        assert stands(look, warehouse) == (0, 0)
        assert verb(named(), "source", "restore", "platform") == 0
    assert killer.step > 3
    assert verb(named(), "source", "forget", "platform") == 0
    for _ in killer.each(lambda: verb(named(), "source", "restore", "platform")):
        assert stands(look, warehouse) == (5, 1)
        assert verb(named(), "source", "forget", "platform") == 0
    assert killer.step > 3


def test_a_source_is_deleted(killer, named, look, warehouse):
    assert verb(named("platform"), "once") == verb(named(), "source", "forget", "platform") == 0
    for _ in killer.each(lambda: verb(named(), "source", "forget", "platform", "--delete")):
        assert stands(look, warehouse) == (0, 0)
        assert look("SELECT count(*) FROM warehouse.injection") == [(0,)]
        assert verb(named("platform"), "once") == verb(named(), "source", "forget", "platform") == 0
    assert killer.step > 0


def test_a_source_is_renamed(killer, named, look, warehouse):
    assert verb(named("one"), "once") == 0
    names = ["one", "two"]
    for _ in killer.each(lambda: verb(named(names[1]), "source", "rename", *names)):
        assert look("SELECT name FROM warehouse.source") == [(names[1],)]
        assert verb(named(names[1]), "once") == 0
        assert stands(look, warehouse) == (5, 1)
        names.reverse()
    assert killer.step > 0


def test_balances_are_mended(killer, named, look, warehouse):
    file = named("platform")
    assert verb(file, "once") == 0
    killer.inside = True
    look("UPDATE warehouse.balance_doses_pair_day SET doses = doses + 1 RETURNING 1")
    for _ in killer.each(lambda: verb(file, "recount", "--mend"), stride=11):
        assert stands(look, warehouse) == (5, 1)
        look("UPDATE warehouse.balance_doses_pair_day SET doses = doses + 1 RETURNING 1")
    assert killer.step > 50
