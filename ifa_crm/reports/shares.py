"""Shares of a whole as the agency states them: plain numbers when few, else with an interval."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054  # of 95 %
PLAIN_BELOW: Final = 20


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a proportion, both ends from 0 to 1.

    E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal
    of the American Statistical Association 22 (1927), 209-212, without continuity correction.
    """
    if not 0 <= part <= whole or not whole:
        raise ValueError(f"{part} of {whole} is no share")
    share, weight = part / whole, Z * Z / whole
    middle = (share + weight / 2) / (1 + weight)
    reach = Z / (1 + weight) * sqrt(share * (1 - share) / whole + weight / (4 * whole))
    return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True)
class Share:
    """A part of a whole; in per cent only where the whole is not small."""

    part: int
    whole: int

    @property
    def is_plain(self) -> bool:
        return self.whole < PLAIN_BELOW

    @property
    def percent(self) -> int:
        return round(100 * self.part / self.whole)

    @property
    def interval(self) -> tuple[int, int]:
        """Both ends of the interval in whole per cent."""
        low, high = wilson(self.part, self.whole)
        return round(100 * low), round(100 * high)
