"""When a person has reached which stage: courses on paper, by the rules of domain and small world."""

import pytest

from tests.etl.world import Given, record
from tests.sql.asked import units

COURSES = {
    "AstraZeneca, 56 days": ("AZ 2021-06-01, AZ 2021-07-27", "complete 2021-07-27"),
    "AstraZeneca, 55 days": ("AZ 2021-06-01, AZ 2021-07-26", ""),
    "AstraZeneca, 28 days from 20 September": ("AZ 2021-08-24, AZ 2021-09-21", "complete 2021-09-21"),
    "AstraZeneca, 28 days before 20 September": ("AZ 2021-08-22, AZ 2021-09-19", ""),
    "a third dose for a second that came too early": ("AZ 2021-06-01, AZ 2021-06-20, AZ 2021-09-01", "complete 2021-09-01"),
    "Pfizer, 21 days": ("PF 2021-06-01, PF 2021-06-22", "complete 2021-06-22"),
    "Pfizer, 20 days": ("PF 2021-06-01, PF 2021-06-21", ""),
    "much too late is never invalid": ("PF 2021-03-01, PF 2022-05-01", "complete 2022-05-01"),
    "Janssen": ("JS 2021-06-01", "complete 2021-06-01"),
    "Abdala, two of three": ("AB 2021-06-01, AB 2021-06-15", ""),
    "Abdala, three": ("AB 2021-06-01, AB 2021-06-15, AB 2021-06-29", "complete 2021-06-29"),
    "a mix in the table": ("AZ 2021-06-01, PF 2021-07-27", "complete 2021-07-27"),
    "a mix not in the table": ("PF 2021-06-01, AZ 2021-09-01", ""),
    "booster after 180 days": ("PF 2021-04-01, PF 2021-04-22, PF 2021-10-19", "complete 2021-04-22, booster1 2021-10-19"),
    "booster after 179 days": ("PF 2021-04-01, PF 2021-04-22, PF 2021-10-18", "complete 2021-04-22"),
    "90 days from December on": ("PF 2021-08-01, PF 2021-09-02, PF 2021-12-01", "complete 2021-09-02, booster1 2021-12-01"),
    "89 days": ("PF 2021-08-01, PF 2021-09-03, PF 2021-12-01", "complete 2021-09-03"),
    "90 days before December": ("PF 2021-08-01, PF 2021-09-01, PF 2021-11-30", "complete 2021-09-01"),
    "an additional dose is no booster": ("PF 2021-04-01, PF 2021-04-22, PF 2021-10-19 additional", "complete 2021-04-22"),
    "a booster after an additional dose": (
        "PF 2021-04-01, PF 2021-04-22, PF 2021-08-01 additional, PF 2021-10-19", "complete 2021-04-22, booster1 2021-10-19"),
    "second booster after 120 days": (
        "JS 2021-04-01, PF 2021-12-01, PF 2022-03-31", "complete 2021-04-01, booster1 2021-12-01, booster2 2022-03-31"),
    "second booster after 119 days": ("JS 2021-04-01, PF 2021-12-01, PF 2022-03-30", "complete 2021-04-01, booster1 2021-12-01"),
    "no more than two boosters": (
        "JS 2021-04-01, PF 2021-10-01, PF 2022-02-01, PF 2022-05-31",
        "complete 2021-04-01, booster1 2021-10-01, booster2 2022-02-01"),
}  # fmt: skip


@pytest.fixture(scope="module")
def courses(shared_warehouse):
    """Every course above, each a person of its own in a month of his own group: (name of the course) → stages reached."""
    held = Given(shared_warehouse.url)
    held.load([
        record(record_id=f"{number}-{n}", person=name, priority_group=number, vaccine_code=vaccine, dose_number=n, injected_at=day,
               dose_kind=kind[0] if kind else None)
        for number, (name, (doses, _)) in enumerate(COURSES.items(), start=1)
        for n, (vaccine, day, *kind) in enumerate((dose.split() for dose in doses.split(", ")), start=1)])  # fmt: skip
    root, codes = units(held)[0]["P"], dict(held.ask("SELECT stage, code FROM warehouse.stage"))
    yield {
        name: {codes[stage]: str(day) for day, stage, _people in held.ask(
            "SELECT * FROM mart.trend(%s, NULL, %s, NULL, NULL, NULL, NULL)", root, [number])}
        for number, name in enumerate(COURSES, start=1)}  # fmt: skip
    held.close()


@pytest.mark.parametrize("name", COURSES)
def test_a_course_on_paper(courses, name):
    doses, expected = COURSES[name]
    reached = dict(courses[name])
    assert reached.pop("first") == doses.split()[1].rstrip(",")
    assert reached == dict(part.split() for part in expected.split(", ") if part)
