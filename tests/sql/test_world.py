"""Sample and real records never meet in one warehouse."""

import pytest

from sql import connect, settings
from sql.clock import Clock
from sql.settings import PROJECT
from sql.world import WorldError, make_database, prepare


@pytest.fixture
def sample(tmp_path):
    return settings.read(PROJECT / "config.yaml", tmp_path, {})


@pytest.fixture
def real(sample):
    return sample.model_copy(update={"sample": False})


def test_the_sample_begins_on_5_november_2021_and_keeps_its_shift(database, sample):
    shift = prepare(database, sample)
    assert str(Clock(shift).today("Asia/Ho_Chi_Minh")) == "2021-11-05"
    with connect.raw_at(database, "owner") as db:
        db.execute("UPDATE warehouse.world SET shift_days = shift_days - 1")
    assert prepare(database, sample) == shift - 1


def test_real_records_live_today(database, real):
    assert prepare(database, real) == 0


def test_real_records_are_kept_out_of_a_sample(database, sample, real):
    prepare(database, sample)
    with pytest.raises(WorldError, match="holds sample data, which must not mix with real records"):
        prepare(database, real)


def test_sample_data_is_kept_out_of_real_records(database, sample, real):
    prepare(database, real)
    with pytest.raises(WorldError, match="holds real records, but no source is configured"):
        prepare(database, sample)


def test_a_warehouse_that_does_not_answer_is_said_without_its_password(real):
    with pytest.raises(WorldError, match=r"^DATABASE_URL: no answer from postgresql://me:\*\*\*@127.0.0.1:9/x"):
        prepare("postgresql://me:secret@127.0.0.1:9/x", real)


def test_a_database_is_made_once(database):
    made = make_database(database, "made_beside")
    assert make_database(database, "made_beside") == made
    with connect.raw_at(made, "owner") as db:
        assert db.info.dbname == "made_beside"
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("DROP DATABASE made_beside")
