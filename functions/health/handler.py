"""GET /health: liveness for load balancers; `?deep=1` with the staff key checks every dependency."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from pydantic import BaseModel

from auto360.container import monitoring
from auto360.http.app import entrypoint, make_app
from auto360.http.envelope import Envelope

app = make_app()


class Dependency(BaseModel):
    """Result of one dependency check."""

    name: str
    ok: bool
    milliseconds: int


class Health(BaseModel):
    """Service state; `degraded` when a dependency does not answer. Without `deep` no dependency is checked."""

    status: Literal["ok", "degraded"]
    dependencies: list[Dependency]


@app.get("/health")
def health(
    *,
    deep: Annotated[bool, Query()] = False,
    staff_key: Annotated[str, Header(alias="X-Staff-Key", max_length=200)] = "",
) -> Envelope[Health]:
    """Report liveness; with `deep`, the state of every dependency."""
    findings = monitoring.deep_check()(staff_key) if deep else []
    dependencies = [Dependency(**vars(finding)) for finding in findings]
    status: Literal["ok", "degraded"] = "ok" if all(found.ok for found in findings) else "degraded"
    return Envelope(data=Health(status=status, dependencies=dependencies))


handler = entrypoint(app)
