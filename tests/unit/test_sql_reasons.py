"""Reasons of SQL functions: each is the code of one refusal, and a function's comment names those that it returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from auto360.core.errors import DomainError, NotFound, Problem, RateLimited, TextRefused
from auto360.core.refusals import accepted, refusal_of
from auto360.core.refusals.billing import RefundTooLarge
from tests.support.sql_reasons import Reasons

SCHEMA = Reasons()
# The claim of the video transfer says why there is nothing to do; nobody is refused.
REFUSING = [name for name in SCHEMA.names() if name != "video_migration_claim"]


def test_every_reason_that_sql_returns_is_the_code_of_a_refusal() -> None:
    reasons = {reason for name in REFUSING for reason in SCHEMA.returned(name) | SCHEMA.declared(name)}

    assert len(reasons) > 35
    assert {reason: refusal_of(reason).code for reason in reasons} == {reason: reason for reason in reasons}


def test_the_comment_of_a_function_names_the_reasons_that_its_body_returns() -> None:
    told = {name: SCHEMA.declared(name) for name in REFUSING}

    assert told == {name: SCHEMA.returned(name) for name in REFUSING}
    assert sum(1 for reasons in told.values() if reasons) > 70


def test_what_stands_beside_a_reason_is_what_refusals_carry() -> None:
    beside = {name: SCHEMA.keys(name) - {"retry_after", "rules", "field"} for name in REFUSING}

    # An upload that is too large says what has to be given back; the use case raises by itself.
    assert {name: keys for name, keys in beside.items() if keys} == {"video_uploaded": {"revoke", "is_ours"}}


@pytest.mark.parametrize(
    "body",
    [
        """begin return '{"reason": "brand_new"}'; end;""",
        "begin return pg_catalog.jsonb_build_object('reason', 'brand_new', 'retry_after', 3); end;",
        """declare v_reason text := private.odd_refusal(p_a, 'x');
        begin if v_reason = 'other' then return pg_catalog.jsonb_build_object('reason', v_reason); end if; end;""",
        "begin return private.odd_answer(p_a); end;",
    ],
)
def test_a_reason_is_found_on_every_way_into_an_answer(tmp_path: Path, body: str) -> None:
    text = f"""
create function private.odd_refusal(p_a text, p_b text) returns text
language sql stable set search_path = '' as $$
  select case when p_a in ('none', 'some') then 'brand_new' end;
$$;
create function private.odd_answer(p_a text) returns jsonb
language plpgsql stable set search_path = '' as $$
begin return '{{"reason": "brand_new"}}'; end;
$$;
create function public.odd(p_a text) returns jsonb
language plpgsql stable set search_path = '' as $$
{body}
$$;
"""
    (tmp_path / "1_odd.sql").write_text(text, encoding="utf-8")

    assert Reasons(tmp_path).returned("odd") == {"brand_new"}
    with pytest.raises(KeyError):
        refusal_of("brand_new")


def test_an_answer_without_a_reason_is_returned() -> None:
    assert accepted({"id": "1"}) == {"id": "1"}


def test_a_row_with_a_reason_of_its_own_is_no_refusal() -> None:
    row = {"listing_id": "1", "status": "rejected", "reason": "not_found"}

    assert accepted(row) == row


@pytest.mark.parametrize(
    ("answer", "kind", "carried"),
    [
        ({"reason": "not_found"}, NotFound, (None, ())),
        ({"reason": "refund_too_large"}, RefundTooLarge, (None, ())),
        ({"reason": "rate_limited", "retry_after": 3}, RateLimited, (3, ())),
        ({"reason": "text_refused", "rules": ["link"]}, TextRefused, (None, (Problem("description", "link"),))),
    ],
)
def test_a_reason_becomes_its_refusal_with_what_it_carries(
    answer: dict[str, object], kind: type[DomainError], carried: tuple[object, object]
) -> None:
    with pytest.raises(kind) as raised:
        accepted(answer)

    assert (raised.value.retry_after, raised.value.problems) == carried
