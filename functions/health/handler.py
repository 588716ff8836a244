"""GET /health: liveness for balancers; `?deep=1` with the operator key asks every dependency."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from pydantic import BaseModel

from auto360.container import monitoring
from auto360.http.app import entrypoint, make_app
from auto360.http.envelope import Envelope

app = make_app()


class Dependency(BaseModel):
    """One dependency and how it answered."""

    name: str
    ok: bool
    milliseconds: int


class Health(BaseModel):
    """`degraded`: at least one dependency does not answer. Without `deep` no dependency is asked."""

    status: Literal["ok", "degraded"]
    dependencies: list[Dependency]


@app.get("/health")
def health(
    *,
    deep: Annotated[bool, Query()] = False,
    operator_key: Annotated[str, Header(alias="X-Operator-Key", max_length=200)] = "",
) -> Envelope[Health]:
    """Say that this function runs; with `deep`, how the rest does."""
    findings = monitoring.deep_check()(operator_key) if deep else []
    dependencies = [Dependency(**vars(finding)) for finding in findings]
    status: Literal["ok", "degraded"] = "ok" if all(found.ok for found in findings) else "degraded"
    return Envelope(data=Health(status=status, dependencies=dependencies))


handler = entrypoint(app)
