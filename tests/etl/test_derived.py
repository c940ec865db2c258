"""What is derived is derived again: corrected spellings correct the doses that came by them, rules say any vaccine, series
carry dates, pairs that no rule is of are named, and ages come without a birth."""

import pytest

from etl import ages, pipeline, reference
from etl.aliases import ANY, expand_any
from etl.recount import recount
from sql import settings
from tests.etl.world import SMALL, TODAY, ZONE, Given, record


@pytest.fixture(params=[0, 1_000], ids=["columns", "rows"])
def world(warehouse, request):
    held, usual = Given(warehouse.url), pipeline.LARGE
    pipeline.LARGE = request.param
    yield held
    pipeline.LARGE = usual
    held.close()


def doses(world: Given, what: str) -> dict[str, int]:
    """By the code of a vaccine or site, from the ledger."""
    found = world.ask(f"SELECT t.code, sum(l.doses)::int FROM warehouse.ledger_doses l JOIN warehouse.{what} t USING ({what}_id) "
                      "GROUP BY 1 HAVING sum(l.doses) <> 0")  # fmt: skip
    return dict(found)


def differences(world: Given) -> dict:
    return {name: rows for name, rows in recount(world.db, ZONE, 0).items() if rows}


def revised(world: Given, **tables: list[dict]) -> list:
    """The reference data anew, with other rows in some tables; returns the persons who were placed anew."""
    config = settings.read(SMALL / "config.yaml", environment={})
    with world.db.transaction():
        _changed, persons = reference.load(world.db, config, TODAY, 0, lambda given: given | tables)
        if persons:
            world.pipeline.reclassify(persons)
    return persons


def lines(name: str) -> list[dict]:
    config = settings.read(SMALL / "config.yaml", environment={})
    return reference.read_table(name, getattr(config.reference, name))


def aliases(**more: str) -> list[dict]:
    return lines("vaccine_aliases") + [{"alias": alias, "vaccine_code": code} for alias, code in more.items()]


def rebuilt(world: Given) -> None:
    world.pipeline.reclassify([person for (person,) in world.ask("SELECT person_key FROM warehouse.person")])


# -- spellings of vaccines


def test_a_corrected_alias_corrects_the_doses_that_came_by_it(world):
    revised(world, vaccine_aliases=aliases(vx="PF"))
    world.load([record(record_id="a", person="An", vaccine_code="VX"), record(record_id="b", person="Bình", vaccine_code="PF"),
                record(record_id="c", person="Chi", vaccine_code="Pfizer")])  # fmt: skip
    assert doses(world, "vaccine") == {"PF": 3}
    assert len(revised(world, vaccine_aliases=aliases(vx="AZ"))) == 1  # only An is placed anew
    assert doses(world, "vaccine") == {"PF": 2, "AZ": 1}
    assert world.ask(
        "SELECT cause::text, sum(doses)::int FROM warehouse.ledger_doses WHERE batch_id > 1 AND doses > 0 GROUP BY 1"
    )[-1] == ("reclassified", 1)
    assert differences(world) == {}
    assert revised(world, vaccine_aliases=aliases(vx="AZ")) == []


def test_more_persons_than_one_batch_takes_are_placed_anew_with_the_change_that_concerns_them(world):
    revised(world, vaccine_aliases=aliases(vx="PF"))
    world.load([record(record_id=f"r{n}", person=f"p{n}", vaccine_code="VX") for n in range(3)])
    config = settings.read(SMALL / "config.yaml", environment={})
    with world.db.transaction():
        _changed, persons = reference.load(
            world.db, config, TODAY, 0, lambda given: given | {"vaccine_aliases": aliases(vx="AZ")}
        )
        for person in persons:
            world.pipeline.reclassify([person])
    assert doses(world, "vaccine") == {"AZ": 3}
    assert differences(world) == {}


def test_batches_that_were_rolled_back_with_a_transaction_around_them_leave_nothing_to_the_next_ones(world):
    revised(world, vaccine_aliases=aliases(vx="PF"))
    world.load([record(record_id="a", vaccine_code="VX"), record(record_id="b", person="Bình", vaccine_code="VX")])
    config = settings.read(SMALL / "config.yaml", environment={})
    with pytest.raises(ZeroDivisionError), world.db.transaction():
        _changed, persons = reference.load(
            world.db, config, TODAY, 0, lambda given: given | {"vaccine_aliases": aliases(vx="AZ")}
        )
        assert len(persons) == 2
        for person in persons:
            world.pipeline.reclassify([person])
        raise ZeroDivisionError
    world.load([record(record_id="c", person="Chi")], fold=False)
    world.pipeline.end_first_load(world.source_id)  # takes the number of the second one, and posts nothing of its own
    assert doses(world, "vaccine") == {"PF": 3}
    assert differences(world) == {}


def test_a_dose_under_another_vaccine_than_its_spelling_means_is_found(world):
    world.load([record(vaccine_code="Pfizer")])
    world.db.execute("UPDATE warehouse.vaccine_alias SET vaccine_id = (SELECT vaccine_id FROM warehouse.vaccine WHERE code = 'AZ') "
                     "WHERE alias = 'pfizer'")  # fmt: skip
    assert differences(world)["spellings"] == [{"source_id": world.source_id, "record_id": "r1"}]


def test_a_newer_version_by_another_spelling_is_held_by_that(world):
    revised(world, vaccine_aliases=aliases(vx="PF"))
    world.load([record(vaccine_code="PF")])
    outcome = world.load([record(vaccine_code="VX", updated_at="2021-11-06")])
    assert (outcome.loaded, outcome.unchanged) == (0, 1)
    revised(world, vaccine_aliases=aliases(vx="AZ"))
    assert doses(world, "vaccine") == {"AZ": 1}
    assert differences(world) == {}


def test_what_came_by_an_alias_that_is_no_more_waits_until_it_is_again(world):
    revised(world, vaccine_aliases=aliases(vx="PF"))
    world.load([record(record_id="a", person="An", vaccine_code="VX"), record(record_id="b", person="An", injected_at="2021-12-05"),
                record(record_id="c", person="Chi", vaccine_code="VX", status="entered-in-error")])  # fmt: skip
    assert len(revised(world)) == 2
    assert doses(world, "vaccine") == {"PF": 1}
    assert world.ask("SELECT first_on::text FROM warehouse.person") == [("2021-12-05",)]
    assert world.ask("SELECT record_id, rules, state, record->>'vaccine_code' FROM warehouse.quarantine") == [
        ("a", ["unknown_vaccine"], "open", "vx")
    ]
    assert world.ask("SELECT received, loaded, unchanged, quarantined FROM warehouse.source") == [(3, 2, 0, 1)]
    assert differences(world) == {}
    revised(world, vaccine_aliases=aliases(vx="AZ"))
    assert retried(world).loaded == 1
    assert doses(world, "vaccine") == {"PF": 1, "AZ": 1}
    assert world.ask("SELECT received, loaded, unchanged, quarantined FROM warehouse.source") == [(3, 3, 0, 0)]
    assert differences(world) == {}


def retried(world: Given):
    from tests.etl.test_mapping import mapper

    rows = [row for (row,) in world.ask("SELECT record FROM warehouse.quarantine WHERE state = 'open'")]
    return world.pipeline.load(pipeline.Delivery(world.source_id, mapper().reread(rows), "retry"))


# -- spellings of sites


def test_a_site_is_known_by_its_aliases_and_follows_them(world):
    revised(world, site_aliases=[{"alias": "Trạm 1", "site_code": "S1"}])
    world.load(
        [record(record_id="a", person="An", site_code="Trạm 1"), record(record_id="b", person="Bình", site_code="S1")]
    )
    assert doses(world, "site") == {"S1": 2}
    assert world.ask("SELECT record_id FROM warehouse.injection WHERE site_alias_id IS NOT NULL") == [("a",)]
    assert len(revised(world, site_aliases=[{"alias": "Trạm 1", "site_code": "S2"}])) == 1
    assert doses(world, "site") == {"S1": 1, "S2": 1}
    assert differences(world) == {}
    assert len(revised(world)) == 1
    assert doses(world, "site") == {"S1": 1}
    assert world.ask("SELECT rules, record->>'site_code' FROM warehouse.quarantine") == [(["unknown_site"], "Trạm 1")]
    assert differences(world) == {}


def test_a_code_that_was_a_site_and_is_an_alias_now_takes_its_doses_along_and_back(world):
    world.load([record(record_id="a", person="An", site_code="S1"), record(record_id="b", person="Bình", site_code="S2")])
    sites = [line for line in lines("sites") if line["code"] != "S2"]
    assert len(revised(world, sites=sites, site_aliases=[{"alias": "S2", "site_code": "S1"}])) == 1
    assert doses(world, "site") == {"S1": 2}
    assert differences(world) == {}
    assert len(revised(world)) == 1
    assert doses(world, "site") == {"S1": 1, "S2": 1}
    assert differences(world) == {}


@pytest.mark.parametrize("alias, code, said", [
    ("S2", "S1", "site_aliases: a site of its own in the sites table: S2"), ("x", "S9", "site_aliases: not a site of the sites table: S9")])  # fmt: skip
def test_an_alias_of_a_site_that_cannot_be_is_refused(world, alias, code, said):
    with pytest.raises(reference.ReferenceTableError, match=said):
        revised(world, site_aliases=[{"alias": alias, "site_code": code}])


# -- rules


def rule(vaccine: str, before: str, since: str = "2021-01-01", least: int = 21) -> dict:
    return {"vaccine_code": vaccine, "previous_vaccine_code": before, "valid_from": since, "min_days": least,
            "recommended_min_days": least, "recommended_max_days": 84}  # fmt: skip


def given(world: Given, *series: tuple[str, ...]) -> None:
    """People p0, p1 … with their vaccines, a dose a month from March 2021 on."""
    world.load([
        record(record_id=f"{n}-{dose}", person=f"p{n}", vaccine_code=vaccine, injected_at=f"2021-{dose + 3:02}-01", dose_number=dose + 1)
        for n, vaccines in enumerate(series) for dose, vaccine in enumerate(vaccines)])  # fmt: skip


def complete(world: Given) -> list[int]:
    """Which of p0, p1 … have completed their series."""
    found = world.ask("SELECT DISTINCT split_part(i.record_id, '-', 1)::int FROM warehouse.person p JOIN warehouse.injection i USING (person_key) "
                      "WHERE p.complete_on IS NOT NULL ORDER BY 1")  # fmt: skip
    return [n for (n,) in found]


def pairs(world: Given) -> list[tuple]:
    return world.ask("SELECT b.code, v.code, p.doses, p.people FROM mart.unruled_pairs() p JOIN warehouse.vaccine b ON b.vaccine_id = p.before_vaccine_id "
                     "JOIN warehouse.vaccine v ON v.vaccine_id = p.vaccine_id ORDER BY 1, 2")  # fmt: skip


def test_pairs_that_no_rule_is_of_are_named_with_their_doses_and_people(world):
    given(world, ("PF", "PF"), ("PF", "AZ"), ("PF", "AZ", "PF"), ("JS", "AZ"), ("AB", "AB", "PF"))
    assert complete(world) == [0, 3]
    # PF after AZ has a rule (too early here); after the whole series of JS no rule of pairs is asked
    assert pairs(world) == [("AB", "PF", 1, 1), ("PF", "AZ", 2, 2)]
    assert differences(world) == {}
    world.db.execute("UPDATE warehouse.injection SET unruled_after = NULL WHERE record_id = '1-1'")
    assert differences(world)["injections"] == [{"source_id": world.source_id, "record_id": "1-1"}]


def test_a_rule_may_be_of_any_vaccine_before(world):
    given(world, ("PF", "PF"), ("PF", "AZ"), ("AB", "AZ"), ("AZ", "AZ"), ("AZ", "PF"))
    assert (complete(world), len(pairs(world))) == ([0], 2)  # AZ after AZ was too early, PF after AZ, too
    revised(world, dose_rules=[*lines("dose_rules"), rule("AZ", ANY)])
    rebuilt(world)
    # a rule of the very pair goes before; AB asks three doses, whatever they are
    assert (complete(world), pairs(world)) == ([0, 1], [])
    assert differences(world) == {}


def test_a_rule_of_any_gives_way_to_one_of_the_pair_from_its_first_day_on():
    vaccines = [{"code": code} for code in ("A", "B")]
    said = expand_any(
        [rule("A", "any", "2021-01-01", 10), rule("A", "any", "2021-09-01", 5), rule("A", "A", "2021-06-01", 30)], vaccines
    )
    assert sorted((r["previous_vaccine_code"], r["valid_from"], r["min_days"]) for r in said) == [
        ("A", "2021-01-01", 10), ("A", "2021-06-01", 30), ("B", "2021-01-01", 10), ("B", "2021-09-01", 5)]  # fmt: skip


def test_how_many_doses_complete_a_series_may_change_on_a_day(world):
    given(world, ("AB", "AB", "AB"), ("AB", "AB"), ("JS", "JS"))
    assert complete(world) == [0, 2]
    dated = [line | {"valid_from": None} for line in lines("vaccines")]
    (abdala,) = [line for line in dated if line["code"] == "AB"]
    (janssen,) = [line for line in dated if line["code"] == "JS"]
    revised(
        world,
        vaccines=[
            *dated,
            abdala | {"primary_doses": 2, "valid_from": "2021-04-01"},
            janssen | {"primary_doses": 2, "valid_from": "2021-03-02"},
        ],
    )
    rebuilt(world)
    assert complete(world) == [0, 1, 2]
    on = dict(
        world.ask(
            "SELECT v.code, max(p.complete_on)::text FROM warehouse.person p JOIN warehouse.vaccine v ON v.vaccine_id = p.first_vaccine_id GROUP BY 1"
        )
    )
    assert on == {"AB": "2021-04-01", "JS": "2021-03-01"}  # the second dose, and the only one that was asked on its day
    assert differences(world) == {}
    assert world.ask("SELECT primary_doses FROM warehouse.vaccine WHERE code = 'AB'") == [(2,)]


def test_the_code_any_is_no_vaccine(world):
    with pytest.raises(reference.ReferenceTableError, match="vaccines: the code any stands for every vaccine in dose_rules"):
        revised(world, vaccines=[*lines("vaccines"), lines("vaccines")[0] | {"code": "Any"}])


# -- ages


@pytest.mark.parametrize(
    "text, found",
    [
        ("34", (34, 34)),
        ("34.0", (34, 34)),
        ("34 tuổi", (34, 34)),
        ("7 tháng", (0, 0)),
        ("0", (0, 0)),
        ("-1", None),
        ("200", None),
        ("x", None),
    ],
)
def test_an_age_is_years(text, found):
    assert ages.parse_age(text) == found


@pytest.mark.parametrize("text, found", [
    ("12-17", (12, 17)), ("12 – 17 tuổi", (12, 17)), ("từ 12 đến 17 tuổi", (12, 17)), ("65+", (65, 150)), (">= 65", (65, 150)),
    ("≥65", (65, 150)), ("65 tuổi trở lên", (65, 150)), ("trên 65", (66, 150)), ("dưới 5 tuổi", (0, 4)), ("<5", (0, 4)), ("18", (18, 18)),
    ("17-12", None), ("trẻ em", None), ("Không rõ", None)])  # fmt: skip
def test_a_group_of_ages_is_from_one_year_to_another(text, found):
    assert ages.parse_group(text) == found


def test_an_age_places_a_dose_where_no_birth_is_told(world):
    """Bands of the small world: 0-11, 12-17, 18-64, 65+. One that lies in two bands is not known."""
    told = {"a": (34, 34), "b": (12, 17), "c": (65, 150), "d": (10, 19), "e": (None, None), "f": (5, 11)}
    outcome = world.load(
        [
            record(record_id=name, person=name, birth_year=None, age_from=low, age_to=high)
            for name, (low, high) in told.items()
        ]
    )
    assert outcome.quarantined == 1  # f is too young for PF, all of the group
    bands = dict(
        world.ask("SELECT i.record_id, b.label FROM warehouse.injection i JOIN warehouse.age_band b USING (age_band)")
    )
    assert bands == {"a": "18-64", "b": "12-17", "c": "65+", "d": "?", "e": "?"}
    rebuilt(world)
    assert (
        dict(world.ask("SELECT i.record_id, b.label FROM warehouse.injection i JOIN warehouse.age_band b USING (age_band)"))
        == bands
    )
    assert differences(world) == {}
    world.db.execute("UPDATE warehouse.injection SET age_to = 90 WHERE record_id = 'a'")
    assert differences(world)["placings"] == [{"source_id": world.source_id, "record_id": "a"}]


def test_a_birth_says_more_than_an_age(world):
    world.load([record(birth_year=1950, age_from=20, age_to=20)])
    assert world.ask("SELECT b.label FROM warehouse.injection JOIN warehouse.age_band b USING (age_band)") == [("65+",)]
