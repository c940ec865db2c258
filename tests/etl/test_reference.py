"""Reference tables: read, refused with the table, the line, what was found and what is asked; and changed while running."""

import shutil
from datetime import date

import psycopg
import pytest

from etl import reference, station
from etl.recount import recount
from etl.reference import ReferenceTableError
from sql import connect, settings
from tests.etl.register import configure, read, source
from tests.etl.world import SMALL, TODAY, ZONE, Given, record

HEADER = b"code,name,level,valid_from\n"


@pytest.fixture(scope="module")
def world(shared_warehouse):
    held = Given(shared_warehouse.url)
    yield held
    held.close()


@pytest.fixture
def tables(tmp_path):
    """The small world's tables as files of the test's own."""
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def change(tables, name: str, old: str, new: str) -> None:
    file = tables / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def load(held: Given, tables) -> tuple[int, list[int]]:
    with held.db.transaction(force_rollback=True):
        return reference.load(held.db, read(tables / "config.yaml"), TODAY, 0)


BAD = [
    ("units", "D1,Huyện Một", ",Huyện Một", "units.csv line 3: code is empty"),
    ("units", "District One,1,P,2004-01-01", "District One,one,P,2004-01-01", r"units.csv line 3: level must be a whole number from 0 to 8 \(found one\)"),
    ("units", "District One,1,P,2004-01-01", "District One,1,P,01/01/2004", r"units.csv line 3: valid_from must be a date such as 2021-12-31 \(found 01/01/2004\)"),
    ("units", "Commune 2,2,D1", "Commune 2,2,D9", "units: no unit is valid at that time for the parent of C2"),
    ("units", "code,name,", "ma,name,", "units.csv: column code is not there; it has: ma, name, name_en"),
    ("sites", "S2,Trạm Y tế Bình An,fixed", "S2,Trạm Y tế Bình An,tent", r"sites.csv line 3: kind must be one of fixed, hospital, mobile, other \(found tent\)"),
    ("sites", "hospital,D2", "hospital,D9", "sites: not a unit of the units table: D9"),
    ("sites", "C1,100", "C1,-1", r"sites.csv line 2: daily_plan must be a whole number from 0 \(found -1\)"),
    ("vaccines", "Abdala,,3", "Abdala,,three", r"vaccines.csv line 4: primary_doses must be a whole number from 1 to 9 \(found three\)"),
    ("vaccine_aliases", "Pfizer,PF", "Pfizer,PFF", "vaccine_aliases: not a vaccine of the vaccines table: PFF"),
    ("dose_rules", "PF,AZ,2021-01-01", "PF,ZZ,2021-01-01", "dose_rules: not a vaccine of the vaccines table: ZZ"),
    ("dose_rules", "PF,AZ,2021-01-01,56,56,84", "PF,AZ,2021-01-01,,56,84", "dose_rules.csv line 5: min_days is empty"),
    ("booster_rules", "1,2021-12-01,90", "1,2021-13-01,90", r"booster_rules.csv line 3: valid_from must be a date .* \(found 2021-13-01\)"),
    ("populations", "C2,18-64", "C2,18-65", r"populations: age_band 18-65 is not one of the settings' age_bands \(0-11, 12-17, 18-64, 65\+\)"),
    ("populations", "C2,18-64,,50", "C9,18-64,,50", r"populations: not a unit that is valid at valid_from: C9 \(2021-01-01\)"),
    ("populations", "C2,18-64,,50", "C2,18-64,,fifty", r"populations.csv line 5: persons must be a whole number from 0 \(found fifty\)"),
    ("populations", "40,false", "40,perhaps", r"populations.csv line 6: is_sample must be true or false \(found perhaps\)"),
    ("targets", ",first,,,0.9", ",first,,,90", r"targets.csv line 2: share must be a share above 0, at most 1 \(found 90\)"),
    ("targets", ",complete,", ",done,", r"targets.csv line 3: stage must be one of first, complete, booster1, booster2 \(found done\)"),
    ("targets", "D3,first", "D9,first", "targets: not a unit that is valid at valid_from: D9"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), [pytest.param(*case, id=f"{case[0]}: {case[2]}") for case in BAD])
def test_a_bad_table_is_refused_in_words(world, tables, name, old, new, said):
    change(tables, name, old, new)
    with pytest.raises(ReferenceTableError, match=said):
        load(world, tables)


def test_a_target_of_an_age_band_that_is_not_there_is_refused(world, tables):
    """Else it would be everybody's target."""
    change(tables, "targets", ",complete,,,0.8", ",complete,18-65,,0.8")
    with pytest.raises(ReferenceTableError, match="targets: age_band 18-65 is not one of the settings' age_bands"):
        load(world, tables)


@pytest.mark.parametrize(("name", "old", "new", "said"), [
    ("booster_rules", "2,2021-01-01,120", "3,2021-01-01,120", r"booster_rules.csv line 4: booster must be a whole number from 1 to 2 \(found 3\)"),
    ("vaccines", "Janssen,,1", "Janssen,,0", r"vaccines.csv line 5: primary_doses must be a whole number from 1 to 9 \(found 0\)"),
    ("vaccine_aliases", "AZD1222,AZ", "PFIZER,AZ", "vaccine_aliases.csv line 3: pfizer is there already, with other values, on line 2"),
    ("populations", "C2,18-64,,50", "C2,18-64,3,50", "populations.csv line 5: age_band, priority_group are both filled"),
    ("populations", "40,false", "9999999999,false", "populations: the warehouse refuses it: value .9999999999. is out of range"),
    ("units", "Commune 2,2,D1,2004-01-01,", "Commune 2,2,D1,2004-01-01,2003-12-31", "units.csv line 7: valid_to is before valid_from"),
    ("units", "C3,Xã Châu Pha", "C2,Xã Châu Pha", "units.csv line 8: C2, 2004-01-01 is there already, with other values, on line 7"),
])  # fmt: skip
def test_what_the_schema_would_refuse_is_refused_in_words_too(world, tables, name, old, new, said):
    change(tables, name, old, new)
    with pytest.raises(ReferenceTableError, match=said):
        load(world, tables)


def test_a_file_that_is_not_there_is_named(world, tables):
    (tables / "sites.csv").unlink()
    with pytest.raises(ReferenceTableError, match=r"reference.sites: .*sites.csv cannot be read"):
        load(world, tables)


def test_the_root_must_be_a_unit(world, tables):
    file = tables / "config.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("root: P", "root: Q"), encoding="utf-8")
    with pytest.raises(ReferenceTableError, match="units.root: Q is not a unit of the units table"):
        load(world, tables)


@pytest.mark.parametrize(("name", "old", "new"), [
    ("config.yaml", "root: P", "root: D1"), ("units.csv", "District Two,1,P,", "District Two,1,,"),
])  # fmt: skip
def test_a_world_of_other_units_has_another_balance(warehouse, request, tables, name, old, new):
    """Several filters at once read what is kept of the whole world."""
    held = Given(warehouse.url)
    request.addfinalizer(held.close)
    held.load(
        [record(record_id="in1", person="one"), record(record_id="in2", person="two", site_code="S3", residence_code="C3")]
    )
    [(ages, groups)] = held.ask(
        "SELECT array_agg(DISTINCT age_band), array_agg(DISTINCT priority_group) FROM warehouse.injection"
    )
    counted = "SELECT sum(doses) FROM mart.doses_trend((SELECT root_unit_id FROM warehouse.world), 'residence', %s, %s, NULL, NULL, NULL, NULL)"
    assert held.ask(counted, ages, groups) == [(2,)]
    file = tables / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with held.db.transaction():
        reference.load(held.db, read(tables / "config.yaml"), TODAY, 0)
    assert held.ask(counted, ages, groups) == [(1,)]
    assert {name for name, rows in recount(held.db, ZONE, 0).items() if rows} == set()


def test_the_same_again_changes_nothing(world, tables):
    assert load(world, tables) == (0, [])


def test_columns_may_be_called_otherwise_and_constants_given(world, tables):
    file = tables / "config.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "sites: sites.csv",
            "sites: {path: theirs.csv, columns: {code: ma, name: ten, unit_code: xa}, constants: {kind: fixed}}",
        ),
        encoding="utf-8",
    )
    (tables / "theirs.csv").write_text("ma,ten,xa\nS1,Trạm Y tế Ấp Bắc,C1\nS9,Mới,C2\n", encoding="utf-8")
    changed, moved = load(world, tables)
    assert (changed, moved) == (3, [])  # S1 has no plan any more, S9 is new, and so is its code as a spelling


def test_a_table_may_be_the_answer_to_a_query(world, tables, database):
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("CREATE TABLE doi_tuong (nam date, xa text, nguoi int)")
        db.execute("INSERT INTO doi_tuong VALUES ('2021-01-01', 'C1', 77)")
    file = tables / "config.yaml"
    query = "SELECT 'Q' AS version, 'Sở' AS source, nam AS dated_on, nam AS valid_from, xa AS unit_code, nguoi AS persons FROM doi_tuong"
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "populations: populations.csv", f'populations: {{url: "{database}", query: "{query}"}}'
        ),
        encoding="utf-8",
    )
    with world.db.transaction(force_rollback=True):
        reference.load(world.db, read(file), TODAY, 0)
        assert world.ask(
            "SELECT persons FROM warehouse.population JOIN warehouse.population_version v USING (version_id) WHERE v.name = 'Q' AND NOT is_summed"
        ) == [(77,)]
    file.write_text(file.read_text(encoding="utf-8").replace("FROM doi_tuong", "FROM nowhere"), encoding="utf-8")
    with pytest.raises(
        ReferenceTableError,
        match='reference.populations: the query failed: relation "nowhere" does not exist LINE 1: .*FROM nowhere',
    ):
        load(world, tables)


@pytest.mark.parametrize(("content", "said"), [
    (HEADER + "P,Tỉnh,0,2004-01-01\nD1,Huyện Thử,1,2004-01-01\n".encode("utf-16"), "line 2 is not in UTF-8"),
    ((HEADER.decode() + "P,Tỉnh,0,2004-01-01\n").encode("utf-16"), "is in UTF-16, not UTF-8: save it as CSV UTF-8"),
    (HEADER + b"P,T,0,2004-01-01\nD1,Huy\xean,1,2004-01-01\n", r"units.csv line 3 is not in UTF-8 \(the byte 0xEA"),
    (b"PK\x03\x04 and so on", "units.csv is a workbook \\(XLSX\\), not CSV: save it as CSV UTF-8"),
    (b"", "units.csv is empty: its first line names the columns"),
    (b"\n\n", "units.csv is empty"),
    (HEADER.replace(b",", b";") + b"P;T;0;2004-01-01\n", 'units.csv is divided by ";", not by commas'),
    (b"code,name,code,level,valid_from\nP,T,P,0,2004-01-01\n", "units.csv line 1: the column code is there twice"),
    (HEADER + b"P,T,0,2004-01-01\n\nD1,Huyen Mot, Hai,1,2004-01-01\n", "units.csv line 4 has 5 cells, the header has 4"),
    (HEADER + b'P,"T,0,2004-01-01\nD1,H,1,2004-01-01\n', 'units.csv line 3: a " is not closed'),
    (HEADER + b'P,"T\n T",0,2004-01-01\n\nD1,,1,2004-01-01\n', "units.csv line 5: name is empty"),
    (HEADER + b"P,T,0,2004-01-01\n\nP,U,0,2004-01-01\n", "units.csv line 4: P, 2004-01-01 is there already, with other values, on line 2"),
])  # fmt: skip
def test_a_table_that_cannot_be_read_names_file_line_and_encoding(world, tables, content, said):
    (tables / "units.csv").write_bytes(content)
    with pytest.raises(ReferenceTableError, match=said) as refused:
        load(world, tables)
    for library in ("pandas", "codec", "tokenizing", "Errno"):
        assert library not in str(refused.value)


def test_a_missing_right_and_a_wrong_address_are_said(world, tables, database):
    with connect.raw_at(database, "owner", autocommit=True) as db:
        db.execute("CREATE TABLE secret (code text); DROP ROLE IF EXISTS only_guest; CREATE ROLE only_guest LOGIN")
    guest = database.replace("postgres@", "only_guest@")
    file = tables / "config.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("populations: populations.csv", f'populations: {{url: "{guest}", query: "SELECT * FROM secret"}}'),
        encoding="utf-8",
    )
    with pytest.raises(
        ReferenceTableError,
        match='permission denied for table secret. Its owner allows it by: GRANT SELECT ON secret TO "only_guest"',
    ):
        load(world, tables)
    file.write_text(
        text.replace("populations: populations.csv", 'populations: {url: "nosuch:x", query: "SELECT 1"}'), encoding="utf-8"
    )
    with pytest.raises(ReferenceTableError, match=r"reference\.populations\.url: is not an address"):
        load(world, tables)


# Sums and dates


def populations(held: Given, version: str) -> dict:
    return dict(held.ask(
        "SELECT u.code, sum(p.persons) FROM warehouse.population p JOIN warehouse.unit u USING (unit_id) "
        "JOIN warehouse.population_version v USING (version_id) WHERE v.name = %s AND p.until_batch > 1e18 GROUP BY 1", version))  # fmt: skip


def test_what_a_version_does_not_say_of_a_parent_is_the_sum_of_its_children(world):
    assert populations(world, "Thử") == {"C1": 100, "C2": 50, "C3": 40, "D3": 5, "D1": 150, "D2": 40, "P": 195}


def test_a_version_that_does_not_know_every_child_does_not_know_the_parent(world, tables):
    """A share of the people of one commune only, with the people injected of both, would look much too good."""
    file = tables / "populations.csv"
    lines = [line for line in file.read_text(encoding="utf-8").replace("Thử,", "Lỗ,").splitlines() if ",C2," not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with world.db.transaction(force_rollback=True):
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        assert populations(world, "Lỗ") == {"C1": 100, "C3": 40, "D3": 5, "D2": 40}


def test_what_a_version_says_of_a_parent_stays(world, tables):
    file = tables / "populations.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("Thử,", "Lời,")
        + "Lời,Bảng thử,2021-01-01,2021-01-01,D1,18-64,,999,false\n",
        encoding="utf-8",
    )
    with world.db.transaction(force_rollback=True):
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        found = world.ask("SELECT p.persons FROM warehouse.population p JOIN warehouse.unit u USING (unit_id) "
                          "JOIN warehouse.population_version v USING (version_id) WHERE v.name = 'Lời' AND u.code = 'D1' AND age_band = 3")  # fmt: skip
        assert found == [(999,)]


def test_dated_rules_end_where_the_next_begins(world):
    found = world.ask("SELECT valid_from, valid_to FROM warehouse.dose_rule JOIN warehouse.vaccine v USING (vaccine_id) WHERE v.code = 'AZ' "
                      "AND previous_vaccine_id = vaccine_id ORDER BY valid_from LIMIT 1")  # fmt: skip
    assert found == [(date(2021, 1, 1), date(2021, 9, 19))]


def test_a_code_that_was_reused_is_two_units(world, tables):
    """C2 was another place until 2010; records of then live there."""
    file = tables / "units.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("C2,Xã Bình An,Commune 2,2,D1,2004-01-01", "C2,Xã Bình An,Commune 2,2,D1,2010-01-01")
                    + "C2,Xã Cũ,Old,2,D2,2004-01-01,2009-12-31,C3\n", encoding="utf-8")  # fmt: skip
    with world.db.transaction(force_rollback=True):
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        found = world.ask(
            "SELECT u.name, p.code FROM warehouse.unit u JOIN warehouse.unit p ON p.unit_id = u.parent_id WHERE u.code = 'C2' ORDER BY u.valid_from"
        )
    assert ("Xã Cũ", "D2") in found and ("Xã Bình An", "D1") in found


def test_names_sort_and_search_without_accents():
    assert reference.plain("Đất Đỏ") == "dat do"
    assert reference.plain("Hoà Bình") == reference.plain("Hòa Bình")
    assert sorted(["Phường 10", "Phường 2", "Ấp Bắc"], key=reference.plain) == ["Ấp Bắc", "Phường 2", "Phường 10"]


# Changed while running


@pytest.mark.parametrize(("is_sample", "level"), [(False, "WARNING"), (True, "INFO")])
def test_a_refused_table_is_a_warning_and_kept_but_the_sample_only_waits(
    warehouse, tables, monkeypatch, caplog, is_sample, level
):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    config = read(tables / "config.yaml").model_copy(update={"sample": is_sample, "sources": {}})
    with station.leading(config) as led:
        led.prepare()
        change(tables, "sites", "fixed,C1", "fixed,nowhere")
        caplog.set_level("INFO", "etl")
        caplog.clear()
        led.refresh_reference()
        led.refresh_reference()
        assert [(found.levelname, "nowhere" in found.message) for found in caplog.records] == [(level, not is_sample)]
        kept, fault = led.db.execute("SELECT reference_refusal, reference_fault FROM warehouse.world").fetchone()
        assert (kept is None) == is_sample
        assert fault == (None if is_sample else {"code": "no_unit", "place": "sites", "found": "nowhere"})
        change(tables, "sites", "fixed,nowhere", "fixed,C1")
        led.refresh_reference()
        assert led.db.execute("SELECT reference_refusal, reference_fault FROM warehouse.world").fetchone() == (None, None)


def test_a_site_that_moves_takes_its_doses_along(warehouse, register, tables, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    register.enter("r1", diem_tiem="S1")
    register.enter("r2", diem_tiem="S2")
    file = configure(tmp_path, {"platform": source(register.url)})
    file.write_text(file.read_text(encoding="utf-8").replace(str(SMALL), str(tables)), encoding="utf-8")
    places = ("SELECT u.code, sum(b.doses)::int FROM warehouse.balance_doses_pair_month b JOIN warehouse.unit u ON u.unit_id = b.place_unit_id "
              "GROUP BY 1 HAVING sum(b.doses) <> 0 ORDER BY 1")  # fmt: skip
    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].work()
        assert led.db.execute(places).fetchall() == [("C1", 1), ("C2", 1)]
        versions = led.db.execute("SELECT last_batch_id FROM warehouse.leader").fetchone()[0]
        led.refresh_reference()
        assert led.db.execute("SELECT last_batch_id FROM warehouse.leader").fetchone()[0] == versions  # nothing changed

        change(tables, "sites", "fixed,C1", "fixed,C3")
        led.refresh_reference()
        assert led.db.execute(places).fetchall() == [("C2", 1), ("C3", 1)]
        assert led.db.execute(
            "SELECT DISTINCT cause::text FROM warehouse.ledger_doses WHERE batch_id > %s", [versions]
        ).fetchall() == [("reclassified",)]
        assert not any(recount(led.db, ZONE, 0).values())

        before = led.db.execute("SELECT count(*) FROM warehouse.batch").fetchone()
        change(tables, "sites", "fixed,C3", "fixed,nowhere")
        led.refresh_reference()  # said in the log; what was there stays
        assert led.db.execute("SELECT count(*) FROM warehouse.batch").fetchone() == before


def test_an_alias_that_was_added_brings_records_back_by_itself(warehouse, register, tables, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    register.enter("r1", vac_xin="Vắc xin mới")
    file = configure(tmp_path, {"platform": source(register.url)})
    file.write_text(file.read_text(encoding="utf-8").replace(str(SMALL), str(tables)), encoding="utf-8")
    with station.leading(read(file)) as led:
        led.prepare()
        led.intakes[0].work()
        assert led.db.execute("SELECT received, loaded, quarantined FROM warehouse.source").fetchone() == (1, 0, 1)
        change(tables, "vaccine_aliases", "Pfizer,PF", "Pfizer,PF\nVẮC XIN MỚI,PF")
        led.refresh_reference()  # makes what waits due
        led.intakes[0].work()
        assert led.db.execute("SELECT received, loaded, quarantined FROM warehouse.source").fetchone() == (1, 1, 0)


# A table is the whole truth about its rows


@pytest.fixture
def held(warehouse):
    """A warehouse of the test's own, since what is loaded stays."""
    own = Given(warehouse.url)
    yield own
    own.close()


def stay(held: Given, tables, day: date = TODAY) -> int:
    """Load for good; how many rows changed."""
    with held.db.transaction():
        return reference.load(held.db, read(tables / "config.yaml"), day, 0)[0]


def test_a_rule_whose_date_was_mended_is_in_force_once(held, tables):
    change(tables, "dose_rules", "AZ,,2021-09-20", "AZ,,2021-09-25")
    change(tables, "booster_rules", "1,2021-12-01", "1,2021-12-05")
    stay(held, tables)
    assert held.ask("SELECT d.valid_from, d.valid_to::text FROM warehouse.dose_rule d JOIN warehouse.vaccine v USING (vaccine_id) "
                    "WHERE v.code = 'AZ' AND previous_vaccine_id = vaccine_id ORDER BY 1") == [
        (date(2021, 1, 1), "2021-09-24"), (date(2021, 9, 25), "infinity")]  # fmt: skip
    assert held.ask("SELECT valid_from, valid_to::text FROM warehouse.booster_rule WHERE booster = 1 ORDER BY 1") == [
        (date(2021, 1, 1), "2021-12-04"), (date(2021, 12, 5), "infinity")]  # fmt: skip
    held.load(
        [
            record(record_id=f"r{n}", vaccine_code="AZ", dose_number=n, injected_at=day)
            for n, day in ((1, "2021-08-01"), (2, "2021-11-05"))
        ]
    )
    assert stay(held, tables) == 0


def test_rules_and_aliases_that_left_the_table_are_gone(held, tables):
    change(tables, "dose_rules", "PF,AZ,2021-01-01,56,56,84\n", "")
    change(tables, "vaccine_aliases", "AZD1222,AZ\n", "")
    assert stay(held, tables) == 2
    assert held.ask("SELECT alias FROM warehouse.vaccine_alias WHERE vaccine_id IS NOT NULL AND alias IN ('azd1222', 'pfizer', 'az', 'astrazeneca') ORDER BY 1") == [
        ("astrazeneca",), ("az",), ("pfizer",)]  # fmt: skip
    assert held.ask("SELECT count(*) FROM warehouse.dose_rule") == [(5,)]


def test_the_warehouse_itself_holds_one_rule_a_day(held):
    with pytest.raises(psycopg.errors.ExclusionViolation):
        held.db.execute("INSERT INTO warehouse.booster_rule (booster, valid_from, min_days) VALUES (1, '2022-01-01', 1)")
    with pytest.raises(psycopg.errors.ExclusionViolation):
        held.db.execute("INSERT INTO warehouse.dose_rule SELECT vaccine_id, previous_vaccine_id, '2022-01-01', 'infinity', 1, 1, 1 "
                        "FROM warehouse.dose_rule LIMIT 1")  # fmt: skip


def test_a_line_that_is_there_twice_is_one(world, tables):
    for file in tables.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text + text.splitlines()[-1] + "\n" + text.splitlines()[1] + "\n", encoding="utf-8")
    change(tables, "dose_rules", "AB,,2021-01-01", "AB,AB,2021-01-01,14,14,14\nAB,,2021-01-01")
    assert load(world, tables) == (0, [])


def test_one_version_has_one_source(world, tables):
    change(tables, "populations", "Thử,Bảng thử,2021-01-01,2021-01-01,C2", "Thử,Bảng khác,2021-01-01,2021-01-01,C2")
    with pytest.raises(
        ReferenceTableError, match="populations.csv line 5: Thử is there already, with other values, on line 2"
    ):
        load(world, tables)


def test_what_the_database_says_against_a_table_is_no_crash(world, tables, monkeypatch):
    monkeypatch.setitem(reference.SQL, "write_vaccines", "SELECT %(rows)s::jsonb, 1 / 0")
    with pytest.raises(ReferenceTableError, match="vaccines: the warehouse refuses it: division by zero"):
        load(world, tables)
    monkeypatch.setitem(reference.SQL, "write_vaccines", "SELECT %(rows)s::jsonb, nothing_such")
    with pytest.raises(ReferenceTableError, match="vaccines: the warehouse refuses it: column"):
        load(world, tables)


def test_a_table_in_the_making_takes_nothing_away(world, tables):
    (tables / "dose_rules.csv").write_text(
        "vaccine_code,valid_from,min_days,recommended_min_days,recommended_max_days\n", encoding="utf-8"
    )
    with pytest.raises(ReferenceTableError, match="dose_rules.csv: there is no row in it"):
        load(world, tables)


def test_a_code_is_one_unit_at_a_time(world, tables):
    change(tables, "units", "C3,Xã", "C2,Xã Cũ,Old,2,D2,2003-01-01,2004-01-01,\nC3,Xã")
    with pytest.raises(
        ReferenceTableError,
        match="units.csv: C2 is two units from 2004-01-01 to 2004-01-01: one valid from 2003-01-01, one valid from 2004-01-01",
    ):
        load(world, tables)


def test_a_unit_that_left_the_table_goes_unless_something_is_there(held, tables):
    change(tables, "units", "C3,Xã", "D9,Huyện Nhầm,Mistake,1,P,2004-01-01,,\nC9,Xã Nhầm,Mistake,2,D9,2004-01-01,,\nC3,Xã")
    stay(held, tables)
    change(tables, "units", "D9,Huyện Nhầm,Mistake,1,P,2004-01-01", "D9,Huyện Đúng,Right,1,P,2005-01-01")
    change(tables, "units", "C9,Xã Nhầm,Mistake,2,D9,2004-01-01", "C9,Xã Nhầm,Mistake,2,D9,2006-01-01")
    stay(held, tables)
    assert held.ask("SELECT code, valid_from FROM warehouse.unit WHERE code IN ('C9', 'D9') ORDER BY 1") == [
        ("C9", date(2006, 1, 1)), ("D9", date(2005, 1, 1))]  # fmt: skip
    held.load([record(residence_code="C9")])
    change(tables, "units", "C9,Xã Nhầm,Mistake,2,D9,2006-01-01,,\n", "")
    with pytest.raises(
        ReferenceTableError, match=r"units: no longer in the table, but records, .* keep the line .*: C9 \(2006-01-01\)"
    ):
        stay(held, tables)


# Units that are no more


def test_a_province_that_ended_is_seen_as_on_its_last_day(held, tables):
    """The codes of 2021 in 2026: C2 has since become a place of another province."""
    file = tables / "units.csv"
    text = file.read_text(encoding="utf-8").replace("2004-01-01,,", "2004-01-01,2025-06-30,")
    file.write_text(text + "Q,Tỉnh Mới,New,0,,2025-07-01,,\nC2,Xã Mới,New,1,Q,2025-07-01,,\n", encoding="utf-8")
    day = date(2026, 11, 23)
    stay(held, tables, day)
    held.load(
        [
            record(record_id="r1", residence_code="C1", site_code="S2"),
            record(record_id="r2", person="B", residence_code="C2", site_code="S4"),
        ]
    )
    root = "(SELECT root_unit_id FROM mart.world())"

    def people(unit: str, level: int | None = None) -> dict:
        return {code: (count, population) for code, count, population in held.ask(
            "SELECT CASE WHEN s.is_self THEN '[' || u.code || ']' ELSE u.code END, s.people, s.population "
            f"FROM mart.standing({unit}, NULL, NULL, NULL, NULL, NULL, %s, NULL, %s) s JOIN warehouse.unit u USING (unit_id) "
            "WHERE s.stage = 1 AND u.unit_id > 0", day, level)}  # fmt: skip

    assert held.ask("SELECT code, valid_to FROM warehouse.unit WHERE unit_id = " + root) == [("P", date(2025, 6, 30))]
    assert people(root) == {"D1": (2, 150), "D2": (0, 40), "D3": (0, 5), "[P]": (2, 195)}
    assert people(root, 2) == {"C1": (1, 100), "C2": (1, 50), "C3": (0, 40), "D3": (0, 5), "[P]": (2, 195)}
    assert people("(SELECT unit_id FROM warehouse.unit WHERE code = 'D1')") == {
        "C1": (1, 100),
        "C2": (1, 50),
        "[D1]": (2, 150),
    }
    doses = held.ask("SELECT u.name, d.doses FROM mart.doses_by_unit(" + root + ", 'place', NULL, NULL, NULL, NULL, NULL, %s, NULL, 2) d "
                     "JOIN warehouse.unit u USING (unit_id) WHERE d.doses > 0 AND NOT d.is_self ORDER BY 1", day)  # fmt: skip
    assert doses == [("Huyện Đảo", 1), ("Xã Bình An", 1)]


def test_a_site_lies_in_the_unit_of_its_own_day(held, tables):
    file = tables / "units.csv"
    text = file.read_text(encoding="utf-8").replace(
        "C2,Xã Bình An,Commune 2,2,D1,2004-01-01,,", "C2,Xã Bình An,Commune 2,2,D1,2004-01-01,2021-12-31,"
    )
    file.write_text(text + "C2,Xã Sau,Later,2,D2,2022-01-01,,\n", encoding="utf-8")
    place = "SELECT u.name FROM warehouse.site s JOIN warehouse.unit u USING (unit_id) WHERE s.code = 'S2'"
    stay(held, tables)
    assert held.ask(place) == [("Xã Sau",)]
    change(tables, "sites", "daily_plan\n", "daily_plan,valid_from\n")
    change(tables, "sites", "fixed,C2,50", "fixed,C2,50,2021-03-01")
    stay(held, tables)
    assert held.ask(place) == [("Xã Bình An",)]


def test_the_shipped_tables_serve_today(warehouse, tmp_path):
    """Province 77 of the settings for real records ended in 2025."""
    (tmp_path / "sites.csv").write_text("code,name,unit_code\nS1,Trạm Y tế,26506\n", encoding="utf-8")
    given = settings.read(
        settings.PROJECT / "etl/mappings/platform_import.yaml", tmp_path, {"PLATFORM_LISTS": str(tmp_path)}
    )
    with connect.raw_at(warehouse.url, "etl_writer") as db:
        reference.load(db, given, date(2026, 11, 23), 0)
        found = db.execute(
            "SELECT r.code, u.name FROM warehouse.world w JOIN warehouse.unit r ON r.unit_id = w.root_unit_id, "
            "warehouse.site s JOIN warehouse.unit u USING (unit_id) WHERE EXISTS (SELECT FROM warehouse.unit_ancestor a "
            "WHERE a.unit_id = u.unit_id AND a.ancestor_id = w.root_unit_id)").fetchall()  # fmt: skip
    assert found == [("77", "Phường 1")]


# What figures are measured against: by version, never overwritten


def measured(held: Given, day: date = TODAY, as_of: int | None = None, unit: str = "P") -> dict:
    """Code → (people, population, target) of the first dose, the unit itself as [code]."""
    return {code: tuple(found) for code, *found in held.ask(
        "SELECT CASE WHEN s.is_self THEN '[' || u.code || ']' ELSE u.code END, s.people, s.population, s.target_share "
        "FROM mart.standing((SELECT unit_id FROM warehouse.unit WHERE code = %s), NULL, NULL, NULL, NULL, NULL, %s, %s) s "
        "JOIN warehouse.unit u USING (unit_id) WHERE s.stage = 1 AND u.unit_id > 0", unit, day, as_of)}  # fmt: skip


def batch(held: Given) -> int:
    return held.ask("SELECT last_batch_id FROM warehouse.leader")[0][0]


def reload(held: Given, tables) -> int:
    """As the station does it: what changed makes a batch. Returns its number."""
    with held.db.transaction():
        if reference.load(held.db, read(tables / "config.yaml"), TODAY, 0)[0]:
            held.pipeline.close_reference()
    return batch(held)


def test_a_batch_keeps_the_populations_and_targets_that_it_had(held, tables):
    held.load([record()])
    first = batch(held)
    assert reload(held, tables) == first  # the same again is no change
    before = measured(held, as_of=first)
    assert before == measured(held) == {"D1": (1, 150, 0.9), "D2": (0, 40, 0.9), "D3": (0, 5, 0.5), "[P]": (1, 195, 0.9)}

    change(tables, "populations", "C1,18-64,,80", "C1,18-64,,580")
    change(tables, "targets", ",first,,,0.9", ",first,,,0.7")
    change(tables, "targets", "D3,first,,,0.5,2021-12-31,Chỉ tiêu thử riêng,2021-01-01", "")
    second = reload(held, tables)
    assert second == first + 1
    now = {"D1": (1, 650, 0.7), "D2": (0, 40, 0.7), "D3": (0, 5, 0.7), "[P]": (1, 695, 0.7)}
    assert measured(held) == measured(held, as_of=second) == now
    assert measured(held, as_of=first) == before

    file = tables / "populations.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Bảng thử,2021-01-01", "Bảng sửa,2021-02-01"), encoding="utf-8")
    third = reload(held, tables)
    sources = ("SELECT DISTINCT population_source FROM mart.standing((SELECT root_unit_id FROM warehouse.world), NULL, NULL, NULL, NULL, NULL, "
               "'2022-06-01', %s) WHERE population_source IS NOT NULL")  # fmt: skip
    assert [held.ask(sources, n)[0][0] for n in (first, second, third)] == ["Bảng thử", "Bảng thử", "Bảng sửa"]
    assert measured(held) == now
    assert measured(held, as_of=first) == before

    file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    reload(held, tables)
    assert {code: found[1] for code, found in measured(held).items()} == {"D1": None, "D2": None, "D3": None, "[P]": None}
    assert measured(held, as_of=third) == now
    assert measured(held, as_of=first) == before


def test_one_row_is_in_force(held):
    """However many there were before."""
    with pytest.raises(psycopg.errors.UniqueViolation):
        held.db.execute("INSERT INTO warehouse.population (version_id, unit_id, age_band, persons, from_batch) "
                        "SELECT version_id, unit_id, age_band, 7, 9 FROM warehouse.population LIMIT 1")  # fmt: skip
    with pytest.raises(psycopg.errors.UniqueViolation):
        held.db.execute("INSERT INTO warehouse.target (unit_id, stage, share, due_on, source, valid_from) "
                        "SELECT unit_id, stage, 0.1, due_on, source, valid_from FROM warehouse.target LIMIT 1")  # fmt: skip


def test_a_sum_is_of_the_same_people_everywhere(held, tables):
    """C1 by age and C2 in all: of C2 nobody knows the people of these ages, so it is left out on both sides."""
    file = tables / "populations.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if ",C2," not in line]
    file.write_text("\n".join([*lines, "Thử,Bảng thử,2021-01-01,2021-01-01,C2,,,50,false"]) + "\n", encoding="utf-8")
    stay(held, tables)
    assert populations(held, "Thử") == {"C1": 100, "C2": 50, "C3": 40, "D2": 40, "D3": 5}
    assert {code: found[1] for code, found in measured(held).items()} == {"D1": 100, "D2": 40, "D3": 5, "[P]": 145}
    assert {code: found[1] for code, found in measured(held, unit="D1").items()} == {"C1": 100, "C2": None, "[D1]": 100}


def test_people_of_all_ages_are_a_share_of_everybody(held, tables):
    """Where the populations know no ages, a child that was injected is one of the people that they count."""
    change(tables, "vaccines", "2021-02-01,12", "2021-02-01,5")
    stay(held, tables)
    held.load([record(), record(record_id="r2", person="child", birth_year=2015)])
    assert measured(held)["D1"][:2] == (1, 150)
    header = (tables / "populations.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"Tổng,Tổng điều tra,2021-01-01,2021-01-01,{unit},,,{count},false"
        for unit, count in (("C1", 120), ("C2", 60), ("C3", 50), ("D3", 9))
    ]
    (tables / "populations.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    stay(held, tables)
    assert measured(held) == {"D1": (2, 180, 0.9), "D2": (0, 50, 0.9), "D3": (0, 9, 0.5), "[P]": (2, 239, 0.9)}
    trend = "SELECT sum(people) FROM mart.trend((SELECT root_unit_id FROM warehouse.world), %s::smallint[], NULL, NULL, NULL, NULL, NULL) WHERE stage = 1"
    assert held.ask(trend, None) == [(2,)]
    assert held.ask(trend, [3]) == [(1,)]


def test_made_up_populations_and_targets_serve_a_made_up_world_only(held, tables):
    file = tables / "populations.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",false", ",true"), encoding="utf-8")
    targets = (tables / "targets.csv").read_text(encoding="utf-8").splitlines()
    (tables / "targets.csv").write_text(
        "\n".join([targets[0] + ",is_sample", *(line + ",true" for line in targets[1:])]) + "\n", encoding="utf-8"
    )
    stay(held, tables)
    assert measured(held)["[P]"] == (0, None, None)
    file = tables / "config.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nsample: true\n", encoding="utf-8")
    stay(held, tables)
    assert measured(held)["[P]"] == (0, 195, 0.9)


# Sessions and stock


SESSIONS = (
    "site_code,day,from_hour,to_hour,planned_doses\nS1,2022-06-01,7,11,60\nS1,2022-06-02,7,11,60\nS4,2022-06-02,8,17,\n"
)
STOCK = (
    "unit_code,site_code,vaccine_code,lot_number,kind,day,doses,doses_per_vial,document\n"
    "D1,,PF,L1,received,2022-05-01,600,6,a\nD1,,PF,L1,received,2022-05-01,300,6,b\n,S1,AZ,,opened,2022-05-02,20,10,\n"
)


def supply(tables, sessions: str | None = SESSIONS, stock: str | None = STOCK) -> None:
    """The optional tables, as files beside the others, and named by the settings; None leaves one out."""
    file = tables / "config.yaml"
    lines = [
        line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("  sessions:", "  stock:"))
    ]
    at = lines.index("  targets: targets.csv")
    for name, text in (("sessions", sessions), ("stock", stock)):
        if text is not None:
            (tables / f"{name}.csv").write_text(text, encoding="utf-8")
            lines.insert(at, f"  {name}: {name}.csv")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


IN_FORCE = "until_batch = 9223372036854775807"


def test_sessions_and_stock_are_never_overwritten(world, tables):
    def held(condition: str) -> tuple[list, list]:
        return (
            world.ask(f"SELECT c.code, day::text, planned_doses FROM warehouse.session JOIN warehouse.site c USING (site_id) WHERE {condition} ORDER BY day, 1"),
            world.ask(f"SELECT u.code, lot_number, kind, doses FROM warehouse.stock_movement JOIN warehouse.unit u USING (unit_id) WHERE {condition} ORDER BY 1, doses"),
        )  # fmt: skip

    with world.db.transaction(force_rollback=True):
        supply(tables)
        changed, _moved = reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        assert changed == 6
        sessions, stock = held(IN_FORCE)
        assert sessions == [("S1", "2022-06-01", 60), ("S1", "2022-06-02", 60), ("S4", "2022-06-02", None)]
        assert stock == [("C1", "", "opened", 20), ("D1", "L1", "received", 300), ("D1", "L1", "received", 600)]
        assert reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)[0] == 0
        # The table begins a day later, one plan is another, one movement is taken back.
        supply(tables, "site_code,day,from_hour,to_hour,planned_doses\nS1,2022-06-02,7,11,80\n", STOCK.replace("600", "540"))
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        sessions, stock = held(IN_FORCE)
        assert sessions == [("S1", "2022-06-01", 60), ("S1", "2022-06-02", 80)]
        assert stock == [("C1", "", "opened", 20), ("D1", "L1", "received", 300), ("D1", "L1", "received", 540)]
        sessions, stock = held(f"NOT {IN_FORCE}")
        assert sessions == [("S1", "2022-06-02", 60), ("S4", "2022-06-02", None)]
        assert stock == [("D1", "L1", "received", 600)]
        supply(tables, None, None)
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        assert held(IN_FORCE) == ([], [])


def test_an_empty_table_of_sessions_forgets_nothing_before_today(world, tables):
    with world.db.transaction(force_rollback=True):
        supply(tables)
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        supply(tables, SESSIONS.splitlines()[0] + "\n")
        reference.load(world.db, read(tables / "config.yaml"), date(2022, 6, 2), 0)
        assert world.ask(f"SELECT day::text FROM warehouse.session WHERE {IN_FORCE}") == [("2022-06-01",)]


def test_an_empty_table_of_stock_is_refused_where_there_was_some(world, tables):
    with world.db.transaction(force_rollback=True):
        supply(tables, stock=STOCK.splitlines()[0] + "\n")
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        supply(tables)
        reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)
        supply(tables, stock=STOCK.splitlines()[0] + "\n")
        with pytest.raises(
            ReferenceTableError, match="stock: there is no row in it .*, but in force is the stock of D1, S1"
        ):
            reference.load(world.db, read(tables / "config.yaml"), TODAY, 0)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("sessions", "S4,", "S9,", "sessions: not a site of the sites table: S9"),
        ("sessions", "7,11,60", "11,11,60", "sessions.csv line 2: to_hour must be after from_hour"),
        ("stock", "D1,,PF", ",,PF", "stock.csv line 2: unit_code or site_code must be there"),
        ("stock", "D1,,PF", "D9,,PF", r"stock: not a unit that is valid on the day: D9 \(2022-05-01\)"),
        ("stock", ",AZ,", ",ZZ,", "stock: not a vaccine of the vaccines table: ZZ"),
        ("stock", "opened", "broken", r"stock.csv line 4: kind must be one of allocated, received, opened, discarded, counted \(found broken\)"),
        ("stock", ",6,b", ",6,a", "stock.csv line 3: D1, PF, L1, received, 2022-05-01, a is there already, with other values, on line 2"),
    ],
)  # fmt: skip
def test_a_faulty_session_or_movement_is_refused(world, tables, name, old, new, said):
    supply(tables)
    change(tables, name, old, new)
    with pytest.raises(ReferenceTableError, match=said):
        load(world, tables)
