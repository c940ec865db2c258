"""Times of doses, entries and follow-ups, in microseconds since 1970 UTC."""

import numpy as np

from etl.sample.campaign import Doses
from etl.sample.rhythm import DAY_SECONDS, UTC_OFFSET_SECONDS, time_of_day

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, DAY_SECONDS * 1_000_000


def session_times(doses: Doses, draw: np.random.Generator) -> np.ndarray:
    """A time of day in a session for each dose."""
    seconds = doses.day * DAY_SECONDS + time_of_day(draw.random(len(doses))) - UTC_OFFSET_SECONDS
    return seconds * SECOND + draw.integers(0, SECOND, len(doses))


def entry_times(injected: np.ndarray, careful: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Most records are entered within the session, some in the evening, on the next day, or up to ten days later."""
    count = len(injected)
    local = injected + UTC_OFFSET_SECONDS * SECOND
    midnight = local // DAY * DAY
    luck = draw.random(count)
    at_once = 0.90 * careful
    evening = at_once + 0.55 * (1 - at_once)
    next_day = evening + 0.6 * (1 - evening)
    later_days = 1 + np.minimum(draw.exponential(2.6, count).astype(np.int64), 9)
    at_desk = (7.5 * HOUR + draw.random(count) * 9.5 * HOUR).astype(np.int64)
    entered = np.select(
        [luck < at_once, luck < evening, luck < next_day],
        [
            local + (draw.gamma(2.0, 6.0, count) * MINUTE).astype(np.int64),
            np.maximum(local, midnight + 17 * HOUR)
            + (draw.exponential(1.3, count) * HOUR).astype(np.int64).clip(0, 5 * HOUR),
            midnight + DAY + at_desk,
        ],
        midnight + (1 + later_days) * DAY + at_desk,
    )
    # A third of what comes late is uploaded in bulk, with one time for all of it.
    bulk = (luck > evening) & (draw.random(count) < 0.33)
    entered = np.where(bulk, entered // MINUTE * MINUTE, entered)
    return np.maximum(entered - UTC_OFFSET_SECONDS * SECOND, injected + 30 * SECOND)


def after(entered, draw, at_once, late):
    """With the entry for a share of `at_once`, for a share of `late` days later, for the others within minutes."""
    luck = draw.random(len(entered))
    minutes = (draw.gamma(2.0, 4.0, len(entered)) * MINUTE).astype(np.int64) + 20 * SECOND
    days = (draw.exponential(1.8, len(entered)) * DAY).astype(np.int64) + HOUR
    return entered + np.select([luck < at_once, luck < at_once + late], [0, days], minutes)
