"""Check of the gateway from outside: headers in both directions, and the targets of its routes."""

from __future__ import annotations

from urllib.parse import urlsplit

from infra import smoke
from infra.doctor import Variables, Wrong, check


@check(
    "gateway",
    needs=("PUBLIC_API_URL",),
    advice="Run `make smoke`; a missing header was removed by the gateway or by a proxy before it.",
)
def gateway(variables: Variables) -> str:
    """Run the smoke calls and check their results: headers arrive, refusals have our format."""
    parts = urlsplit(variables["PUBLIC_API_URL"])
    faults = smoke.run(f"{parts.scheme}://{parts.netloc}", smoke.send, pause=lambda _seconds: None)
    if faults:
        raise Wrong(f"{len(faults)} of {len(smoke.CALLS)} calls: {faults[0]}")
    return f"{len(smoke.CALLS)} calls came out as they should"
