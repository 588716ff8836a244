"""The gateway, called from outside: what it lets through in both directions, and where its routes lead."""

from __future__ import annotations

from urllib.parse import urlsplit

from infra import smoke
from infra.doctor import Variables, Wrong, check


@check(
    "gateway",
    needs=("PUBLIC_API_URL",),
    advice="Run `make smoke`; a header that does not arrive is kept back by the gateway or by what stands before it.",
)
def gateway(variables: Variables) -> str:
    """The smoke calls come out as they should: headers arrive, refusals have our form."""
    parts = urlsplit(variables["PUBLIC_API_URL"])
    faults = smoke.run(f"{parts.scheme}://{parts.netloc}", smoke.send, pause=lambda _seconds: None)
    if faults:
        raise Wrong(f"{len(faults)} of {len(smoke.CALLS)} calls: {faults[0]}")
    return f"{len(smoke.CALLS)} calls came out as they should"
