"""Signing keys that cannot sign fail the first response, even a preflight's, which the deployment sends."""

from __future__ import annotations

import pytest

from auto360.container.tokens import access_tokens, token_issuer
from local.tokens import new_signing_key
from tests.support.functions import Functions, http_event


@pytest.mark.parametrize("name", ["verify_code", "session"])
def test_a_preflight_fails_where_the_signing_key_does_not_fit(name: str, functions: Functions) -> None:
    event = http_event("OPTIONS", "/api/auth/verify-code")
    assert functions.raw(name, event).status < 400
    functions.set(JWT_SIGNING_KEY=new_signing_key())
    access_tokens.cache_clear()
    token_issuer.cache_clear()
    assert functions.raw(name, event).status == 500
    assert functions.raw("consents", event).status < 400
