"""A source beside its name: renamed, forgotten, brought back, deleted; and a new one that is an old one."""

import pytest

from etl.recount import recount
from sql import connect
from tests.etl.register import FIELDS, configure, source, verb
from tests.etl.test_braked_source import FILE_FIELDS, enter, held, lines, put, stand, stops
from tests.etl.test_intake import running
from tests.etl.world import ZONE
from tests.processes import becomes


@pytest.fixture
def named(register, tmp_path, look):
    """Settings that call the register by these names (one of them, or none)."""
    return lambda *names, **more: configure(tmp_path, {name: source(register.url, **more) for name in names})


def differences(warehouse) -> dict:
    with connect.raw_at(warehouse.url, "etl_writer", autocommit=True) as db:
        return {name: rows for name, rows in recount(db, ZONE, 0).items() if rows}


def doses(look) -> int:
    return look("SELECT coalesce(sum(doses), 0) FROM warehouse.balance_doses_pair_day")[0][0]


# Renamed in the settings


@pytest.mark.parametrize("count", [4, 300])
def test_a_source_under_a_new_name_is_asked_about_and_nothing_is_counted_twice(register, named, look, warehouse, count):
    enter(register, count)
    assert verb(named("platform"), "once") == 0
    file = named("register")
    assert verb(file, "once") == 1
    assert stand(look, "register")[0] == "braked"
    assert f"{count} of the first {count} records are in source platform already" in stand(look, "register")[1]
    assert "./run source rename platform register" in stand(look, "register")[1]
    assert held(look) == count and stops(look) == [("renamed", "standing")]

    assert verb(file, "source", "rename", "platform", "register") == 0
    enter(register, 5, first=5000, ago=60)
    assert verb(file, "once") == 0
    assert look("SELECT name, received, state FROM warehouse.source") == [("register", count + 5, "running")]
    assert held(look) == count + 5
    assert differences(warehouse) == {}


def test_a_running_etl_renames_and_goes_on_under_the_new_name(register, named, look, warehouse):
    """The operator restarted it with the new name, and sees the source stand."""
    enter(register, 250)
    verb(named("platform"), "once")
    file = named("register")
    with running(file):
        assert becomes(lambda: stops(look) == [("renamed", "standing")], 30)
        assert verb(file, "source", "rename", "platform", "register") == 0
        enter(register, 5, first=5000, ago=0)
        assert becomes(lambda: held(look) == 255, 30)
        assert becomes(lambda: stand(look, "register") == ("running", None), 30)
    assert look("SELECT name, is_configured, told IS NOT NULL FROM warehouse.source") == [("register", True, True)]
    assert differences(warehouse) == {}


def test_a_running_etl_forgets_and_brings_back(register, named, look, warehouse):
    enter(register, 50)
    verb(named("platform"), "once")
    with running(file := named()):
        assert verb(file, "source", "forget", "platform") == 0
        assert doses(look) == 0
        assert verb(file, "source", "restore", "platform") == 0
    assert doses(look) == 50
    assert differences(warehouse) == {}


def test_where_both_are_to_be_counted_a_release_says_so_once(register, named, look):
    enter(register, 40)
    verb(named("platform"), "once")
    file = named("register")
    verb(file, "once")
    assert verb(file, "release", "register") == 0
    assert verb(file, "once") == 0
    register.db.execute("UPDATE public.injections SET mui = 2, cap_nhat = now()")
    enter(register, 9, first=5000, ago=0)
    assert verb(file, "once") == 0
    assert look("SELECT received FROM warehouse.source WHERE name = 'register'") == [(89,)]


def test_without_ids_it_is_known_again_by_its_doses_and_its_persons_stay_themselves(register, named, look, warehouse):
    """A person of one record is made with the source's name: with its first, also under the next."""
    fields = {name: column for name, column in FIELDS.items() if name != "person_id"}
    enter(register, 30)
    verb(named("platform", fields=fields), "once")
    file = named("register", fields=fields)
    assert verb(file, "once") == 1
    assert stops(look) == [("renamed", "standing")]
    verb(file, "source", "rename", "platform", "register")
    register.db.execute("UPDATE public.injections SET noi_o = 'C2', cap_nhat = now()")
    assert verb(file, "once") == 0
    assert look("SELECT loaded, corrected, moved FROM warehouse.source") == [(60, 30, 0)]
    assert look("SELECT count(DISTINCT person_key) FROM warehouse.injection") == [(30,)]
    assert differences(warehouse) == {}


def test_without_numbers_it_is_known_again_by_the_doses_of_its_persons(tmp_path, look, warehouse):
    """A number that is made from a record is made with the source's name, too."""
    (inbox := tmp_path / "inbox").mkdir()
    fields = FILE_FIELDS | {"record_id": {"hash": ["person_id", "dose_number"]}}
    given = {"kind": "files", "folder": str(inbox), "pattern": "*.csv", "fields": fields}
    put(inbox / "list.csv", lines(30))
    verb(configure(tmp_path, {"lists": given}), "once")
    file = configure(tmp_path, {"communes": given})
    assert verb(file, "once") == 1
    assert stops(look) == [("renamed", "standing")]
    verb(file, "source", "rename", "lists", "communes")
    assert verb(file, "once") == 0  # that file is known
    put(inbox / "list.csv", lines(40), ago=30)
    assert verb(file, "once") == 0
    assert held(look) == 40
    assert differences(warehouse) == {}


@pytest.mark.parametrize(("shared", "own", "is_asked"), [(2, 0, False), (3, 3, False), (4, 3, True)])
def test_a_source_that_shares_some_records_with_another_is_another(register, named, look, tmp_path, shared, own, is_asked):
    enter(register, shared)
    verb(named("platform"), "once")
    enter(register, own, first=5000)
    assert verb(named("platform", "register"), "once", "--source", "register") == int(is_asked)


def test_other_people_with_the_same_numbers_are_another_source(register, named, look, tmp_path):
    """Every list begins with number 1."""
    enter(register, 30)
    verb(named("platform"), "once")
    register.db.execute(
        "UPDATE public.injections SET so_giay_to = lpad(id, 12, '8'), tiem_luc = tiem_luc - interval '1 hour'"
    )
    assert verb(named("platform", "register"), "once", "--source", "register") == 0
    assert held(look) == 60


@pytest.mark.parametrize(("settings", "names", "says"), [
    (("platform",), ("platform", "register"), "platform is in the settings: rename it in the settings first"),
    (("register",), ("platform", "other"), "other is not a source of the settings; they are: register"),
    (("register",), ("nobody", "register"), "nobody is not a source of the warehouse; they are: "),
    (("register",), ("platform",), "source rename takes 2 names (found 1)"),
])  # fmt: skip
def test_a_renaming_that_makes_no_sense_is_refused(register, named, look, capsys, settings, names, says):
    enter(register, 4)
    verb(named("platform"), "once")
    assert verb(named(*settings), "source", "rename", *names) == 2
    assert says in capsys.readouterr().err


def test_two_sources_do_not_become_one(register, named, look, capsys):
    enter(register, 4)
    verb(named("platform"), "once")
    register.db.execute("DELETE FROM public.injections")
    enter(register, 4, first=5000)
    verb(named("register"), "once")
    assert verb(named("register"), "source", "rename", "platform", "register") == 1
    assert "register has brought 4 records of its own: two sources cannot become one" in capsys.readouterr().err


# Forgotten


def test_a_source_is_forgotten_with_a_cause_and_brought_back(register, named, look, warehouse):
    enter(register, 20)
    enter(register, 3, first=100, vac_xin="?")
    register.db.execute("UPDATE public.injections SET trang_thai = 'entered-in-error' WHERE id = 'r7'")
    verb(named("platform"), "once")
    before = (
        doses(look),
        look("SELECT count(*) FROM warehouse.person"),
        look("SELECT sum(people) FROM warehouse.balance_people_unit_filters"),
    )
    assert before[0] == 19

    assert verb(named(), "source", "forget", "platform") == 0
    assert (doses(look), held(look)) == (0, 0)
    assert look("SELECT sum(doses) FROM warehouse.ledger_doses WHERE cause = 'vanished'") == [(-19,)]
    assert look("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(0,)]
    assert differences(warehouse) == {}

    assert verb(named(), "source", "restore", "platform") == 0
    assert (
        doses(look),
        look("SELECT count(*) FROM warehouse.person"),
        look("SELECT sum(people) FROM warehouse.balance_people_unit_filters"),
    ) == before
    assert look("SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'") == [(3,)]
    assert look("SELECT status FROM warehouse.injection WHERE record_id = 'r7'") == [("entered-in-error",)]
    assert differences(warehouse) == {}
    assert verb(named("platform"), "once") == 0
    assert doses(look) == 19


def test_what_had_vanished_before_does_not_come_back_with_the_rest(register, named, look, warehouse):
    enter(register, 20)
    file = named("platform")
    verb(file, "once")
    register.db.execute("DELETE FROM public.injections WHERE id = 'r5'")
    verb(file, "reconcile")
    assert doses(look) == 19
    verb(named(), "source", "forget", "platform")
    verb(named(), "source", "restore", "platform")
    assert doses(look) == 19
    assert differences(warehouse) == {}


def test_what_is_brought_back_is_placed_by_the_units_of_now(register, named, look, warehouse):
    enter(register, 5, noi_o="C1")
    verb(named("platform"), "once")
    verb(named(), "source", "forget", "platform")
    look("UPDATE warehouse.injection SET residence_unit_id = 0 RETURNING 1")  # as a rebuild would leave it, or not
    verb(named(), "source", "restore", "platform")
    assert look("SELECT count(*) FROM warehouse.injection WHERE residence_unit_id = 0") == [(0,)]
    assert differences(warehouse) == {}


def test_what_was_forgotten_is_deleted_only_when_asked_and_its_name_is_free_again(register, named, look, warehouse, capsys):
    enter(register, 20)
    enter(register, 3, first=100, vac_xin="?")
    verb(named("platform"), "once")
    assert verb(named(), "source", "forget", "platform", "--delete") == 1
    assert "platform is to be forgotten first, which can be undone" in capsys.readouterr().err
    verb(named(), "source", "forget", "platform")
    assert verb(named(), "source", "forget", "platform", "--delete") == 0
    for table in ("injection", "record", "quarantine", "forgotten"):
        assert look(f"SELECT count(*) FROM warehouse.{table}") == [(0,)]
    assert differences(warehouse) == {}
    assert verb(named(), "source", "restore", "platform") == 2
    assert look("SELECT * FROM mart.sources()") == []
    assert verb(named("platform"), "once") == 0
    assert doses(look) == 20
    assert differences(warehouse) == {}


def test_a_source_of_the_settings_is_not_forgotten(register, named, look, capsys):
    enter(register, 4)
    verb(named("platform"), "once")
    assert verb(named("platform"), "source", "forget", "platform") == 2
    assert "platform is in the settings: take it out of the settings first" in capsys.readouterr().err


def test_a_source_that_was_forgotten_and_is_named_again_waits_for_a_word(register, named, look):
    enter(register, 4)
    verb(named("platform"), "once")
    verb(named(), "source", "forget", "platform")
    file = named("platform")
    assert verb(file, "once") == 1
    assert stand(look)[0] == "failed" and "./run source restore platform" in stand(look)[1]
    assert held(look) == 0
    assert verb(file, "reconcile") in (0, 1)
    assert held(look) == 0
    assert verb(file, "source", "restore", "platform") == 0
    assert verb(file, "once") == 0
    assert held(look) == 4


def test_sources_are_listed(register, named, look, said):
    enter(register, 4)
    verb(named("platform"), "once", "--json")
    said()
    assert verb(named(), "source", "list", "--json") == 0
    (found,) = said()["sources"]
    assert (found["name"], found["loaded"], found["in_settings"], found["forgotten_at"]) == ("platform", 4, False, None)
