"""Routes of the overview: assets, open work, health, metrics, backups."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path as InPath
from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin.app import make_router
from auto360.admin.operations_charts import METRICS, metric_charts
from auto360.admin.rendering import CurrentPages, Page, see_other
from auto360.admin.visit import Admin, AnyStaffMember, Finance
from auto360.container import cleanup, monitoring, staff
from auto360.domains.monitoring.health import query_all

router = make_router()


@router.get("/admin/assets/<name>")
def asset(pages: CurrentPages, name: Annotated[str, InPath(max_length=40)]) -> Page:
    """Return the stylesheet or the icon."""
    return pages.asset(name)


@router.get("/admin")
def overview(pages: CurrentPages, visit: AnyStaffMember) -> Page:
    """Show open work and the state of the timers."""
    return pages.show("overview", visit, today=staff.overview().today(visit.by))


@router.get("/admin/health")
def health(pages: CurrentPages, visit: AnyStaffMember) -> Page:
    """Check every dependency; administrators also see the state of the database."""
    report = monitoring.alerts().database_report(visit.by.principal) if visit.by.role == "admin" else None
    return pages.show("health", visit, findings=query_all(monitoring.dependency_checks()), report=report)


@router.get("/admin/metrics")
def metrics(pages: CurrentPages, visit: Finance, *, days: Annotated[Literal["14", "30", "90"], Query()] = "30") -> Page:
    """Show charts of daily metrics."""
    charts = metric_charts(cleanup.daily_metrics().series(visit.by.principal, METRICS, days=int(days)), days=int(days))
    return pages.show("metrics", visit, charts=charts, chosen_days=int(days))


@router.get("/admin/backups")
def backups(pages: CurrentPages, visit: Admin) -> Page:
    """List runs of backups and restore drills."""
    return pages.show("backups", visit, backups=staff.overview().backups(visit.by, limit=50))


@router.post("/admin/jobs/<job>/<action>")
def switch_job(
    job: Annotated[str, InPath(max_length=100)], action: Annotated[Literal["pause", "resume"], InPath()], visit: Admin
) -> Page:
    """Pause or resume a job."""
    changed = staff.overview().switch_job(visit.by, job, is_paused=action == "pause", origin=visit.origin)
    return see_other(f"/admin?done={f'job_{action}' if changed else 'nothing'}")
