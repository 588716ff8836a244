"""GET /health: liveness for load balancers; `?deep=1` with the staff key checks every dependency."""

from typing import Annotated, Literal

from auto360.container import monitoring
from auto360.core.errors import Forbidden
from auto360.http.app import entrypoint, make_app
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, Model
from auto360.http.params import Header, Query
from auto360.http.requests import ArrivedHeaders

app = make_app()


class Dependency(Model):
    """Result of one dependency check."""

    name: str
    ok: bool
    milliseconds: int


class Arrived(Model):
    """Headers of this request that reached the function; some gateways remove them."""

    authorization: bool
    cookie: bool


class Health(Model):
    """Service state; `degraded` when a dependency does not answer. Without `deep` no dependency is checked."""

    status: Literal["ok", "degraded"]
    dependencies: list[Dependency]
    arrived: Arrived


@app.get("/health")
@refuses(Forbidden)
def health(
    *,
    deep: Annotated[bool, Query()] = False,
    staff_key: Annotated[str, Header(alias="X-Staff-Key", max_length=200)] = "",
    arrived: ArrivedHeaders,
) -> Envelope[Health]:
    """Report liveness; with `deep`, the state of every dependency."""
    findings = monitoring.deep_check()(staff_key) if deep else []
    dependencies = [Dependency(**vars(finding)) for finding in findings]
    status: Literal["ok", "degraded"] = "ok" if all(found.ok for found in findings) else "degraded"
    seen = Arrived(authorization="authorization" in arrived, cookie="cookie" in arrived)
    return Envelope(data=Health(status=status, dependencies=dependencies, arrived=seen))


handler = entrypoint(app)
