"""Rules of the local Supabase host: decoding of changes, parsing of filters, and keys that it accepts."""

from __future__ import annotations

import json
import time

import jwt
import pytest

from local.supabase.keys import BadKey, BadToken, ProjectKeys
from local.supabase.realtime import bindings, protocol
from local.supabase.realtime.bindings import BadBinding, Filter
from local.supabase.realtime.decoding import changes
from local.supabase.storage.errors import Refused
from local.supabase.storage.incoming import require_valid_key
from local.tokens import TokenKeys, new_signing_key

COMMIT = "COMMIT (at 2026-11-29 10:24:56.705123+00)"
TOKENS = TokenKeys(new_signing_key(), "key-1", "x" * 40, "https://local.invalid/auth/v1")
KEYS = ProjectKeys(
    anon=TOKENS.role_token("anon"),
    service_role=TOKENS.role_token("service_role"),
    publishable="sb_publishable_1",
    secret="sb_secret_1",
    jwt_secret=TOKENS.jwt_secret,
    public_jwks=TOKENS.public_jwks(),
)


def test_an_insert_is_read_with_quotes_lines_and_brackets_in_its_values() -> None:
    line = (
        "table public.chat_messages: INSERT: id[uuid]:'1' body[text]:'It''s [text]:''x''\n new-tuple: y' n[integer]:-5"
        ' "Odd ""name"[text[]]:\'{a,b}\' ok[boolean]:true gone[timestamp with time zone]:null'
    )
    [change] = changes(["BEGIN", line, COMMIT])
    assert (change.schema, change.table, change.action, change.old) == ("public", "chat_messages", "INSERT", {})
    assert change.new == {
        "id": "1",
        "body": "It's [text]:'x'\n new-tuple: y",
        "n": "-5",
        'Odd "name': "{a,b}",
        "ok": "true",
        "gone": None,
    }
    assert change.committed.isoformat() == "2026-11-29T10:24:56.705123+00:00"


def test_an_update_tells_its_old_key_and_fills_what_is_unchanged() -> None:
    line = (
        "table public.t: UPDATE: old-key: id[integer]:1 body[text]:'a new-tuple: b' new-tuple:"
        " id[integer]:2 body[text]:unchanged-toast-datum"
    )
    [change] = changes(["BEGIN", line, COMMIT])
    assert change.old == {"id": "1", "body": "a new-tuple: b"}
    assert change.new == {"id": "2", "body": "a new-tuple: b"}


def test_a_delete_tells_its_key_only() -> None:
    [change] = changes(["BEGIN", "table public.t: DELETE: id[integer]:1", COMMIT])
    assert (change.action, change.new, change.old) == ("DELETE", {}, {"id": "1"})


def test_changes_of_an_open_transaction_are_not_told() -> None:
    assert list(changes(["BEGIN", "table public.t: DELETE: id[integer]:1"])) == []


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("thread_id=eq.1", (Filter("thread_id", "eq", "1"),)),
        ("id=in.(1,2),name=not.like.a%", (Filter("id", "in", "{1,2}"), Filter("name", "like", "a%", negated=True))),
        ('name=eq."a,b"', (Filter("name", "eq", "a,b"),)),
        (" ", ()),
    ],
)
def test_filters_parse_as_the_service_parses_them(text: str, filters: tuple[Filter, ...]) -> None:
    assert bindings.parsed({"event": "*", "schema": "public", "table": "t", "filter": text}).filters == filters


@pytest.mark.parametrize("text", ["undefined", "id=foo.1", "id=in.1", "a=eq.1,"])
def test_a_filter_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadBinding):
        bindings.parsed({"schema": "public", "table": "t", "filter": text})


def test_a_binding_needs_a_schema_or_a_table() -> None:
    assert bindings.parsed({"table": "t"}).schema == "public"
    assert bindings.parsed({"schema": "public"}).table == "*"
    with pytest.raises(BadBinding):
        bindings.parsed({"event": "INSERT"})


@pytest.mark.parametrize("version", protocol.VERSIONS)
def test_a_reply_carries_the_references_of_its_question(version: str) -> None:
    frame = protocol.Frame("realtime:x", "phx_join", {}, "2", "1")
    answer = json.loads(protocol.encoded(protocol.reply(frame, "ok", {"a": 1}), version))
    payload = {"status": "ok", "response": {"a": 1}}
    expected = {"topic": "realtime:x", "event": "phx_reply", "payload": payload, "ref": "2"}
    assert answer == (expected if version == "1.0.0" else ["1", "2", "realtime:x", "phx_reply", payload])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"topic": 1, "event": "x"}', '["1","2","t","e"]'])
@pytest.mark.parametrize("version", protocol.VERSIONS)
def test_what_is_no_frame_is_refused(text: str, version: str) -> None:
    with pytest.raises(protocol.BadFrame):
        protocol.parsed(text, version)


def test_a_newer_key_stands_for_its_role_and_an_own_token_passes() -> None:
    assert KEYS.bearer("sb_publishable_1", None) == KEYS.anon
    assert KEYS.bearer("sb_publishable_1", "Bearer sb_publishable_1") == KEYS.anon
    assert KEYS.bearer("sb_secret_1", "Bearer sb_secret_1") == KEYS.service_role
    assert KEYS.bearer("sb_publishable_1", "Bearer user.token.x") == "user.token.x"
    assert KEYS.bearer(KEYS.anon, None) is None


@pytest.mark.parametrize(
    ("api_key", "authorization"), [(None, None), ("wrong", None), ("sb_publishable_1", "Bearer sb_secret_1")]
)
def test_no_key_a_wrong_key_and_a_misplaced_key_are_refused(api_key: str | None, authorization: str | None) -> None:
    with pytest.raises(BadKey):
        KEYS.bearer(api_key, authorization)


def test_a_token_is_refused_for_its_reason() -> None:
    foreign = TokenKeys(new_signing_key(), "key-1", "y" * 40, TOKENS.issuer)
    unknown = TokenKeys(new_signing_key(), "key-2", "y" * 40, TOKENS.issuer)
    reasons = {
        "malformed": "x",
        "signature": foreign.user_token("1"),
        "unknown_key": unknown.user_token("1"),
        "expired": TOKENS.user_token("1", {"exp": int(time.time()) - 5}),
    }
    for kind, token in reasons.items():
        with pytest.raises(BadToken) as refused:
            KEYS.claims(token)
        assert refused.value.kind == kind
    assert KEYS.claims(TOKENS.user_token("1"))["sub"] == "1"


def test_an_unsigned_token_is_refused() -> None:
    with pytest.raises(BadToken):
        KEYS.claims(jwt.encode({"role": "service_role"}, "", algorithm="none"))


@pytest.mark.parametrize("name", ["a/b.png", "a b/c(1).png"])
def test_names_that_storage_takes(name: str) -> None:
    require_valid_key(name)


@pytest.mark.parametrize("name", ["фото.png", "a#b.png", "a\nb", ""])
def test_names_that_storage_refuses(name: str) -> None:
    with pytest.raises(Refused):
        require_valid_key(name)
