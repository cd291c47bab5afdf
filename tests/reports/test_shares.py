"""The interval of a share, against values from the literature and its own equation."""

import pytest

from ifa_crm.reports.shares import PLAIN_BELOW, Share, Z, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("part", "whole"), [(1, 3), (7, 20), (20, 20), (499, 1000)])
def test_the_ends_solve_the_score_equation(part: int, whole: int) -> None:
    share = part / whole
    for end in wilson(part, whole):
        assert (share - end) ** 2 == pytest.approx(Z * Z * end * (1 - end) / whole, abs=1e-12)


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (0, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(part, whole)


def test_small_wholes_stand_plain() -> None:
    assert Share(3, PLAIN_BELOW - 1).is_plain
    share = Share(7, PLAIN_BELOW)
    assert not share.is_plain
    assert share.percent == 35
    assert share.interval == (18, 57)
