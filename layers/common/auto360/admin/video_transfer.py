"""Page of the video transfer, and orders to it."""

from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response

from auto360.admin.charts import bar_chart
from auto360.admin.operations_charts import last_days
from auto360.admin.operations_forms import MigrationForm
from auto360.admin.rendering import Pages, see_other
from auto360.admin.visit import SignedInVisit
from auto360.container import staff

Order = Literal["pause", "resume", "retry", "rollback"]

_DAYS = 30


def page(pages: Pages, visit: SignedInVisit) -> Response[Any]:
    """Show progress and failures."""
    status = staff.transfer_admin().overview(visit.by, days=_DAYS)
    confirmed = {row["day"]: row["confirmed"] for row in status["days"]}
    failed = {row["day"]: row["failed"] for row in status["days"]}
    return pages.show("migration", visit, status=status, picture=bar_chart(last_days(_DAYS), [confirmed, failed]))


def give(visit: SignedInVisit, order: Order, form: MigrationForm) -> Response[Any]:
    """Pause, resume, retry or roll back."""
    transfer, changed = staff.transfer_admin(), 1
    if order == "retry":
        changed = transfer.retry(visit.by, form.entry, origin=visit.origin)["planned"]
    elif order == "rollback":
        changed = transfer.roll_back(visit.by, **form.chosen(), origin=visit.origin)["rolled_back"]
    else:
        transfer.pause(visit.by, is_paused=order == "pause", origin=visit.origin)
    return see_other(f"/admin/migration?done={order if changed else 'nothing'}")
