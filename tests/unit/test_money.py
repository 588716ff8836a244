"""Money is a whole number of tyiyn, whatever a provider calls it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core.money import som_number, som_text, tyiyn_of_som, whole_tyiyn

AMOUNTS = st.integers(min_value=0, max_value=10**13)


@given(AMOUNTS)
def test_an_amount_survives_the_way_to_a_bank_that_counts_in_som(tyiyn: int) -> None:
    assert tyiyn_of_som(som_text(tyiyn)) == tyiyn
    assert tyiyn_of_som(json.loads(json.dumps(som_number(tyiyn)), parse_float=Decimal)) == tyiyn
    assert tyiyn_of_som(json.loads(json.dumps(som_number(tyiyn)))) == tyiyn


@given(AMOUNTS)
def test_an_amount_survives_the_way_to_a_bank_that_counts_in_tyiyn(tyiyn: int) -> None:
    assert whole_tyiyn(tyiyn) == whole_tyiyn(str(tyiyn)) == tyiyn


@pytest.mark.parametrize("amount", ["", "abc", "NaN", "Infinity", "-1", "0.001", "1e30", True, None, [], 0.1 + 0.2])
def test_what_is_no_amount_in_som_is_refused(amount: object) -> None:
    with pytest.raises(ValueError, match=r"not a(n amount| whole number)"):
        tyiyn_of_som(amount)


@pytest.mark.parametrize("amount", ["", "1.0", 1.0, "-1", -1, True, None, "٣", "1e3", 10**14, "9" * 5000])
def test_what_is_no_amount_in_tyiyn_is_refused(amount: object) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        whole_tyiyn(amount)
