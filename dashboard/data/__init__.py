"""The dashboard's only access to the warehouse: one method per question, answered from the versioned cache.

A page asks with its `Filters`; the answer is frozen rows of one snapshot, whose `.version` says as
of which batch. Raises `Unknown` for a code that the warehouse does not know, and
`WarehouseUnreachable` when it is away and the question was never answered before.
"""

from dashboard.data.asking import Unknown
from dashboard.data.changes import ChangesQuestions
from dashboard.data.compare import CompareQuestions, CoverageDay
from dashboard.data.doses import Arrival, DosesDay, DosesQuestions, HourDoses, Reconciliation, UnitDoses, VaccineDoses
from dashboard.data.entries import EntriesQuestions
from dashboard.data.people import PeopleQuestions, Standing, TrendDay
from dashboard.data.rows import Rows, Version
from dashboard.data.second_dose import SecondDoseQuestions
from dashboard.data.sites import SitesQuestions
from dashboard.data.sources import Source, SourcesQuestions, Told
from dashboard.data.stock import StockQuestions
from dashboard.data.targets import TargetsQuestions
from dashboard.data.uploads import Upload, UploadChange, UploadCheck, UploadsQuestions
from dashboard.data.vaccines import VaccinesQuestions
from dashboard.data.warehouse import UploadRefused, WarehouseUnreachable
from dashboard.data.world import AgeBand, Closing, Site, Unit, Vaccine, World

__all__ = [
    "AgeBand", "Arrival", "Closing", "CoverageDay", "Data", "DosesDay", "HourDoses",
    "Reconciliation", "Rows",
    "Site", "Source", "Standing", "Told", "TrendDay", "Unit", "UnitDoses", "Unknown", "Upload", "UploadChange",
    "UploadCheck", "UploadRefused", "Vaccine", "VaccineDoses", "Version",
    "WarehouseUnreachable", "World",
]  # fmt: skip


class Data(
    SourcesQuestions,
    PeopleQuestions,
    SecondDoseQuestions,
    DosesQuestions,
    EntriesQuestions,
    SitesQuestions,
    VaccinesQuestions,
    StockQuestions,
    ChangesQuestions,
    CompareQuestions,
    TargetsQuestions,
    UploadsQuestions,
):
    """All questions to the warehouse, each in the module of its subject; how they are answered: asking.py."""
