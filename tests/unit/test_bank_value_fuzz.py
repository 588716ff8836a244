"""Random QR codes and amounts are read, or refused by one of our own failures."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core.money import tyiyn_of_som, whole_tyiyn
from auto360.providers.payments import BankFailure
from auto360.providers.payments.elqr import NotElqr, checksum, parse, require_payable
from tests.support.bank_documents import assert_ours, unhurried
from tests.support.spoilt import ANY, EVIL, TEXT, is_storable


@unhurried
@given(text=TEXT | st.sampled_from(["0", "63", "54"]).flatmap(lambda tag: TEXT.map(lambda rest: tag + rest)))
def test_no_code_breaks_the_reader_of_qr_codes(text: str) -> None:
    codes = [text, f"https://app.mbank.kg/qr/#{text}"]
    if is_storable(text):
        codes.append(f"{text}6304{checksum(text)}")
    for code in codes:
        with suppress(NotElqr):
            parse(code)
        try:
            require_payable(code, amount_tyiyn=1)
        except BankFailure as failure:
            assert_ours(failure)


@unhurried
@given(value=ANY)
def test_every_amount_is_one_or_is_refused(value: Any) -> None:
    for read in (tyiyn_of_som, whole_tyiyn):
        with suppress(ValueError):
            assert 0 <= read(value) <= 10**13


@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
def test_the_worst_amounts_are_one_or_are_refused(value: Any) -> None:
    for read in (tyiyn_of_som, whole_tyiyn):
        with suppress(ValueError):
            assert 0 <= read(value) <= 10**13
