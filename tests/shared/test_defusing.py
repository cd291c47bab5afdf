"""No cell of an export is a formula, and an import reads what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifa_crm.shared.defusing import as_meant, defused

LIVE = "=+-@\t\r"


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-x", "@SUM(A1)", "\tx", "\rx", "＝1"])
def test_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert as_meant(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "Acme", "a=b", "'quoted'", "l'eau", "''"])
def test_other_text_stays(text: str) -> None:
    assert defused(text) == text
    assert as_meant(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\ra b"), max_size=6))
def test_what_was_defused_comes_back(text: str) -> None:
    assert as_meant(defused(text)) == text
    assert not defused(text).startswith(tuple(LIVE))
