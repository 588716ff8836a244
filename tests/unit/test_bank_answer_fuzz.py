"""Random answers of banks end in a storable result, or in one of our own failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.domains.billing import reports
from auto360.providers.payments import BankFailure
from tests.support.bank_documents import (
    ANSWERS,
    LISTED,
    ORDER,
    OURS,
    REF,
    answer_of,
    assert_ours,
    assert_short,
    bank,
    stored_secrets,
    unhurried,
)
from tests.support.banks import MAKERS
from tests.support.spoilt import is_storable, spoilt

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def run(name: str, operation: str, body: Any, status: int = 200) -> BankFailure | None:
    """Return the failure of an operation whose bank gives this answer; None where the answer can be stored."""
    scripts = {"create": "init_payment.php", "query": "get_status3.php", "refund": "revoke.php", "charge": "recurrent"}
    content = answer_of(name, body, scripts.get(operation, ""))
    made = bank(name, lambda _request: httpx.Response(status, content=content))
    try:
        if operation == "create":
            new = made.orders.create(ORDER, timeout=1)
            assert is_storable(
                [new.provider_ref, new.redirect_url, new.qr_text, *(link.url for link in new.deep_links)]
            )
        elif operation == "query":
            found = made.orders.query(REF, timeout=1)
            assert is_storable(reports.of_status(found, stored_secrets()))
            assert_short(found.provider_ref, found.transaction_id, found.currency)
        elif operation == "refund" and made.refunds is not None:
            assert_short(made.refunds.refund(REF, amount_tyiyn=1, refund_id=OURS, timeout=1).provider_ref)
        elif operation == "charge" and made.debits is not None:
            assert_short(made.debits.charge(ORDER, token="9", timeout=1).provider_ref)
        elif operation == "cancel" and made.cancels is not None:
            made.cancels.cancel(REF, timeout=1)
        elif operation == "list" and made.lists is not None:
            lines = list(made.lists.payments(since=MOMENT, until=MOMENT + timedelta(days=1), timeout=1))
            assert is_storable([reports.of_line(line) for line in lines])
            assert_short(*[line.provider_ref for line in lines])
    except BankFailure as failure:
        assert_ours(failure)
        return failure
    return None


@pytest.mark.parametrize("name", MAKERS)
def test_the_answers_that_are_spoilt_are_whole_before(name: str) -> None:
    assert run(name, "query", ANSWERS[name]) is None
    assert run(name, "refund", ANSWERS[name]) is None
    assert run(name, "list", LISTED if name == "optima" else ANSWERS[name]) is None


@pytest.mark.parametrize("operation", ["create", "query", "refund", "charge", "cancel", "list"])
@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(data=st.data())
def test_no_answer_breaks_an_operation(name: str, operation: str, data: st.DataObject) -> None:
    whole = LISTED if (name, operation) == ("optima", "list") else ANSWERS[name]
    run(name, operation, data.draw(spoilt(whole)), data.draw(st.sampled_from([200, 200, 200, 201, 302, 400, 404])))


@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(body=st.binary(max_size=300))
def test_no_bytes_in_place_of_an_answer_break_an_operation(name: str, body: bytes) -> None:
    made = bank(name, lambda _request: httpx.Response(200, content=body))
    for operation in (lambda: made.orders.query(REF, timeout=1), lambda: made.orders.create(ORDER, timeout=1)):
        try:
            operation()
        except BankFailure as failure:
            assert_ours(failure)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="cp-1251"?><r/>',
        b'<?xml version="1.0" encoding="utf-32"?><r/>',
        b'<?xml version="1.0" encoding="utf-7"?><r/>',
        b"<r>" * 100_000 + b"</r>" * 100_000,
        b"[" * 500_000,
        b'{"data":' * 100_000,
        b"\xff\xfe<\x00r\x00/\x00>\x00",
    ],
    ids=range(7),
)
@pytest.mark.parametrize("name", MAKERS)
def test_no_odd_document_breaks_an_operation(name: str, body: bytes) -> None:
    made = bank(name, lambda _request: httpx.Response(200, content=body))
    with pytest.raises(BankFailure) as failure:
        made.orders.query(REF, timeout=1)
    assert_ours(failure.value)
