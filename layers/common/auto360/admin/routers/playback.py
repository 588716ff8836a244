"""Route of playback quality."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin.app import make_router
from auto360.admin.playback_charts import playback_charts
from auto360.admin.rendering import CurrentPages, Page
from auto360.admin.visit import AnyStaffMember
from auto360.container import quality

router = make_router()


@router.get("/admin/playback")
def playback(
    pages: CurrentPages, visit: AnyStaffMember, *, days: Annotated[Literal["14", "30", "90"], Query()] = "14"
) -> Page:
    """Show playback by provider and day, the comparison of providers, and the CDN."""
    report = quality.reports().read(visit.by.principal, days=int(days))
    charts = playback_charts(report.days, days=int(days))
    return pages.show("playback", visit, report=report, charts=charts, chosen_days=int(days))
