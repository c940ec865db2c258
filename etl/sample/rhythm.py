"""Attendance over time: weekdays, weather, opening hours. Days count from 1970, in Vietnamese local time."""

from datetime import date

import numpy as np

EPOCH = date(1970, 1, 1)
UTC_OFFSET_SECONDS = 7 * 3600  # Viet Nam has no daylight saving time
DAY_SECONDS = 86_400
OPENS, CLOSES = 7, 17  # hours

# Monday … Sunday, share of an ordinary day: health stations are closed on most Sundays.
_WEEKDAYS = np.array([1.02, 1.08, 1.10, 1.06, 1.04, 0.78, 0.34])
# Doses by hour of an ordinary session day: two sessions, a lunch break, some evening work.
_HOURS = np.array([0] * 6 + [0.2, 7, 14, 17, 13, 6, 2.5, 8, 13, 11, 5.5, 1.6, 0.7, 0.4, 0.2] + [0] * 3, dtype=float)
HOURLY = _HOURS / _HOURS.sum()


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def weekday(days):
    """0 = Monday."""
    return (np.asarray(days) + 3) % 7


def weekday_factor(days):
    """Share of an ordinary day's work that a weekday sees."""
    return _WEEKDAYS[weekday(days)]


def weather(first_day: int, last_day: int, districts: int) -> np.ndarray:
    """Share of the planned work that the weather allows, by district and day: rain of one or two days, rarely more.

    A function of the calendar alone, so that a day keeps its weather whenever and by whomever it is asked.
    """
    days = np.arange(first_day, last_day + 1)
    everywhere = _noise(days, 1)
    factor = np.where(everywhere < 0.035, 0.35, 1.0)
    local = np.stack([_noise(days // 2, 17 + district) for district in range(districts)])
    jitter = np.stack([_noise(days, 101 + district) for district in range(districts)])
    return factor * np.where(local < 0.06, 0.55, 1.0) * (0.86 + 0.28 * jitter)


def time_of_day(uniform: np.ndarray) -> np.ndarray:
    """Seconds after midnight of sessions, from numbers in [0, 1)."""
    edges = np.concatenate([[0.0], np.cumsum(HOURLY)])
    return np.minimum(np.interp(uniform, edges, np.arange(25) * 3600.0), DAY_SECONDS - 1).astype(np.int64)


def _noise(days: np.ndarray, salt: int) -> np.ndarray:
    """Numbers in [0, 1) fixed by day and salt (splitmix64)."""
    start = np.uint64(salt * 0xD1B54A32D192ED03 & 0xFFFFFFFFFFFFFFFF)
    x = days.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))).astype(np.float64) / 2.0**64
