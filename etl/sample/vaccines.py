"""Which vaccine comes when, how long until the next dose, and how sites write it."""

from datetime import date

import numpy as np

from etl.sample.rhythm import day_number

CODES = ("AZ", "PF", "MO", "SP", "SV", "AB", "HV", "JS", "SL", "CV")
AZ, PF, MO, SP, SV, AB, HV, JS, SL, CV = range(len(CODES))
PRIMARY_DOSES = np.array([2, 2, 2, 2, 2, 3, 2, 1, 1, 2])
DOSES_PER_VIAL = (10, 6, 10, 1, 1, 10, 1, 5, 1, 10)
HEALTH_WORKERS_ONLY_UNTIL = day_number(date(2021, 4, 18))
SHORTER_AZ_ON = day_number(date(2021, 9, 20))

# Deliveries to the province: share of first doses of adults by vaccine, from that day on.
_SUPPLY = {
    "2021-03-01": {AZ: 100},
    "2021-07-05": {AZ: 78, MO: 14, PF: 8},
    "2021-07-26": {AZ: 58, MO: 24, PF: 15, JS: 3},
    "2021-08-16": {AZ: 50, MO: 13, PF: 12, SP: 24, JS: 1},
    "2021-09-06": {AZ: 38, SP: 40, PF: 18, MO: 3, SV: 1},
    "2021-09-27": {AZ: 25, SP: 38, PF: 32, MO: 2, HV: 3},
    "2021-10-11": {AZ: 18, SP: 34, PF: 33, AB: 13, HV: 2},
    "2021-11-01": {PF: 58, SP: 20, AZ: 12, AB: 10},
}
_FROM = np.array([day_number(date.fromisoformat(day)) for day in _SUPPLY])
_CUMULATIVE = np.array([np.cumsum([mix.get(code, 0) for code in range(len(CODES))]) / 100 for mix in _SUPPLY.values()])

# What people type: the usual way first. All of them are in vaccine_aliases.csv, in whatever case.
SPELLINGS = {
    AZ: (
        "AstraZeneca",
        "Astra Zeneca",
        "ASTRAZENECA",
        "COVID-19 Vaccine AstraZeneca",
        "Vaxzevria",
        "AZD1222",
        "Covishield",
    ),
    PF: ("Comirnaty (Pfizer-BioNTech)", "Pfizer", "PFIZER", "Comirnaty", "Pfizer-BioNTech", "Pfize"),
    MO: ("Moderna", "Spikevax", "Modena", "MODERNA", "Spikevax (Moderna)"),
    SP: ("Vero Cell", "Vero-Cell", "Sinopharm", "VeroCell", "Vero Cell (Sinopharm)", "BBIBP-CorV"),
    SV: ("Sputnik V", "Gam-COVID-Vac"),
    AB: ("Abdala", "ABDALA", "AICA"),
    HV: ("Hayat-Vax", "Hayat Vax"),
    JS: ("Janssen", "J&J"),
    SL: ("Sputnik Light",),
    CV: ("Covovax", "Nuvaxovid"),
}
UNKNOWN_SPELLINGS = ("Vắc xin Mỹ", "Nanocovax", "không rõ", "AZ/PF")


def first_vaccine(days: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """The vaccine of a first dose given on each day, from numbers in [0, 1)."""
    rows = np.searchsorted(_FROM, days, side="right") - 1
    return (uniform[:, None] >= _CUMULATIVE[np.maximum(rows, 0)]).sum(axis=1).clip(max=len(CODES) - 1).astype(np.int8)


def wait_days(vaccine: np.ndarray, given_on: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Days from a primary dose to the appointment for the next one of the same vaccine."""
    count = len(vaccine)
    wait = np.where(vaccine == MO, 28, np.where(vaccine == AB, 14, 21)) + draw.integers(0, 8, count)
    # The first health workers were called back as early as the label allowed.
    long = np.clip(draw.normal(np.where(given_on < HEALTH_WORKERS_ONLY_UNTIL, 57, 63), 6, count), 56, 84)
    # From 2021-09-20 on four weeks were allowed: appointments moved forward, to the weeks after that day.
    short = np.maximum(np.clip(draw.normal(47, 8, count), 28, 70), SHORTER_AZ_ON - given_on + draw.integers(0, 18, count))
    az = np.where(given_on + long <= SHORTER_AZ_ON, long, np.minimum(long, np.maximum(short, 28)))
    return np.where(vaccine == AZ, az, wait).astype(np.int64)


def spelling(vaccine: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Positions in ALL_SPELLINGS: three quarters the usual way, the rest as it comes."""
    others = np.maximum(_COUNTS[vaccine] - 1, 1)
    odd = 1 + np.minimum(((uniform - 0.75) / 0.25 * others).astype(np.int64), others - 1)
    return _STARTS[vaccine] + np.where((uniform < 0.75) | (_COUNTS[vaccine] == 1), 0, odd)


_COUNTS = np.array([len(SPELLINGS[code]) for code in range(len(CODES))])
_STARTS = np.concatenate([[0], np.cumsum(_COUNTS)[:-1]])
ALL_SPELLINGS = tuple(word for code in range(len(CODES)) for word in SPELLINGS[code])
CODE_OF_SPELLING = np.array([code for code in range(len(CODES)) for _ in SPELLINGS[code]], np.int8)
