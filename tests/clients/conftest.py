"""Node processes with supabase-js, one per version and run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.js_clients import VERSIONS, JsClients, js_clients
from tests.support.stack import RunningStack


@pytest.fixture(params=VERSIONS)
def js(request: pytest.FixtureRequest, stack: RunningStack) -> Iterator[JsClients]:
    """Clients of one version of supabase-js; every test that uses it runs with both."""
    with js_clients(stack, request.param) as clients:
        yield clients
