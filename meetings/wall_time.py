"""Wall time of a place and UTC, without guessing: a clock that changes is said so.

Pure: plain values in, plain values out.
"""

import datetime as dt
from zoneinfo import ZoneInfo

# A meeting that ends "before" it starts runs past midnight, unless that would be this long.
LONGEST_PAST_MIDNIGHT = dt.timedelta(hours=8)


class MissingTimeError(ValueError):
    """Clocks go forward over this time: it does not exist on that day."""


class AmbiguousTimeError(ValueError):
    """Clocks go back over this time: it comes twice on that day."""


def to_utc(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The moment at which clocks in ``zone`` show ``time`` on ``day``.

    PEP 495: where both readings of a wall time have different offsets, it lies in a gap (the way
    there and back changes it) or in a fold.
    """
    naive = dt.datetime.combine(day, time)
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        back = first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
        raise AmbiguousTimeError if back == naive else MissingTimeError
    return first.astimezone(dt.UTC)


def day_of_end(day: dt.date, starts: dt.time, ends: dt.time) -> dt.date:
    """The day on which something ends that starts on ``day``: the next one past midnight.

    Raises ``ValueError`` where the times are more likely the wrong way round.
    """
    if ends > starts:
        return day
    next_day = day + dt.timedelta(days=1)
    length = dt.datetime.combine(next_day, ends) - dt.datetime.combine(day, starts)
    if ends == starts or length > LONGEST_PAST_MIDNIGHT:
        raise ValueError("ends before it starts")
    return next_day
