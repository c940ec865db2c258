"""The indicators: which there are, what each is counted from, and where it is shown. Their words: texts/definitions.py.

The page, the tiles and the API say the same because they read it here. Of an indicator `id` the
catalogue has `indicator.<id>.name`, `.what` (one sentence: what is counted, over what), `.formula`
and `.limits`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.i18n import Language

# How the entries are grouped, in the order of the page: `indicator.group_<name>`.
GROUPS = ("people", "pace", "doses", "entry", "directive", "faults", "stock", "trust")


@dataclass(frozen=True)
class Indicator:
    """`fields`: the recorded columns it is counted from, as table.column of the warehouse. Sums kept ready on the way
    (balances) are not named: which of them a question reads depends on its filters.

    `under`: what it is divided by: `indicator.under_<name>`. `on`: the NAMEs of the pages that show it.
    """

    id: str
    group: str
    under: str
    fields: tuple[str, ...]
    on: tuple[str, ...]


# The days on which a person reached each stage.
_REACHED = ("person.first_on", "person.complete_on", "person.booster1_on", "person.booster2_on")

INDICATORS = (
    Indicator("coverage-first", "people", "population", ("person.first_on", "population.persons"),
              ("overview", "district", "compare", "targets", "changes")),
    Indicator("coverage-complete", "people", "population",
              ("person.complete_on", "vaccine.primary_doses", "population.persons"),
              ("overview", "district", "compare", "targets", "changes")),
    Indicator("booster", "people", "population",
              ("person.booster1_on", "person.booster2_on", "booster_rule.booster", "population.persons"),
              ("overview", "district", "compare", "targets", "changes")),
    Indicator("dropout", "people", "first_doses",
              ("injection.dose_number", "injection.residence_unit_id", "vaccine.primary_doses"),
              ("district",)),
    Indicator("overdue", "people", "second_due", ("person.second_due_on", "person.doses", "dose_rule.vaccine_id"),
              ("district",)),
    Indicator("red", "people", "none", ("person.first_on", "injection.dose_number", "population.persons"), ("district",)),
    Indicator("over-100", "people", "population", (*_REACHED, "population.persons"), ("overview", "district", "targets")),
    Indicator("pace", "pace", "seven_days", _REACHED, ("overview", "district", "compare")),
    Indicator("pace-needed", "pace", "days_left", ("target.share", "target.due_on", "population.persons", *_REACHED),
              ("overview", "district", "compare")),
    Indicator("projection", "pace", "none", (*_REACHED, "target.share", "population.persons"), ("overview", "district")),
    Indicator("bases", "doses", "never_population", ("injection.residence_unit_id", "injection.place_unit_id"),
              ("overview", "district")),
    Indicator("doses-today", "doses", "never_population", ("injection.injected_on",), ("overview", "sites", "site")),
    Indicator("doses-yesterday", "doses", "never_population", ("injection.injected_on",), ("overview",)),
    Indicator("doses-week", "doses", "seven_days", ("injection.injected_on",), ("overview",)),
    Indicator("doses-total", "doses", "never_population", ("injection.injected_on", "injection.place_unit_id"),
              ("overview", "compare", "vaccines")),
    Indicator("entry-lag", "entry", "known_entry", ("injection.injected_on", "injection.recorded_at"), ("sites", "site")),
    Indicator("completeness", "entry", "final_doses", ("injection.injected_on", "injection.recorded_at"),
              ("overview", "changes")),
    Indicator("site-use", "entry", "planned_sites", ("session.planned_doses", "site_heard.heard_at", "site.daily_plan"),
              ("district", "sites", "site")),
    Indicator("platform-completeness", "entry", "by_hand", ("injection.record_id",), ()),
    Indicator("identity-funnel", "directive", "doses", ("injection.identity_status",), ("sites", "site")),
    Indicator("identity-before", "directive", "doses",
              ("injection.identity_status", "injection.identity_checked_at", "injection.injected_at"),
              ("sites", "site")),
    Indicator("certificates", "directive", "doses", ("injection.certificate_printed_at", "injection.app_confirmed_at"),
              ("sites", "site")),
    Indicator("interval", "faults", "none", ("injection.injected_on", "injection.is_valid", "dose_rule.vaccine_id"), ()),
    Indicator("duplicates", "faults", "none", ("injection.is_duplicate", "person.is_identity_shared"), ("targets",)),
    Indicator("sequence", "faults", "none", ("injection.dose_number", "injection.vaccine_id", "quarantine.rules"), ()),
    Indicator("wastage", "stock", "opened", ("stock_movement.kind", "stock_movement.doses", "injection.vaccine_id"),
              ("site", "vaccines")),
    Indicator("cover-days", "stock", "daily_use", ("stock_movement.doses", "injection.vaccine_id", "injection.injected_on"),
              ("sites", "site", "vaccines")),
    Indicator("denominator-checks", "trust", "none", ("population_version.source", "population.persons"), ("targets",)),
    Indicator("suppression", "trust", "none", (), ()),
    Indicator("restatement", "trust", "none", ("ledger_people.cause", "ledger_doses.cause", "batch.committed_at"),
              ("district", "changes")),
    Indicator("counter", "trust", "none",
              ("batch.received", "batch.loaded", "batch.unchanged", "batch.quarantined", "batch.vanished"),
              ("overview", "district", "sites", "site")),
)  # fmt: skip
BY_ID = {indicator.id: indicator for indicator in INDICATORS}

# What a stage of the filters counts.
OF_STAGE = {"first": "coverage-first", "complete": "coverage-complete", "booster1": "booster", "booster2": "booster"}


PATH = "/definitions"


def href(id: str, page: str = PATH) -> str:
    """Where an indicator is defined; `page`: the link to the page, with the question that it keeps."""
    return f"{page}#{BY_ID[id].id}"


def what(language: Language, id: str, k: str = "k") -> str:
    """One sentence: what is counted, over what. `k`: which booster."""
    return language.say(f"indicator.{id}.what", **({"k": k} if id == "booster" else {}))


def of_stage(language: Language, stage: str) -> str:
    return what(language, OF_STAGE[stage], stage[-1])


def shown_on(indicator: Indicator, pages: Iterable) -> list:
    """The pages of the menu that show it, themselves or on a page under them; on none it is said not to be shown yet."""
    pages = list(pages)
    names = {getattr(page, "UNDER", page.NAME) for page in pages if page.NAME in indicator.on}
    return [page for page in pages if page.NAME in names]
