"""Routes of alerts and of the SMS service."""

from auto360.admin.app import make_router
from auto360.admin.operations_charts import chart_by
from auto360.admin.operations_forms import SilenceSent
from auto360.admin.rendering import CurrentPages, Page, see_other
from auto360.admin.routers.parameters import Id
from auto360.admin.visit import AnyStaffMember
from auto360.container import monitoring
from auto360.container import sms as sms_container

router = make_router()


@router.get("/admin/alerts")
def alerts(pages: CurrentPages, visit: AnyStaffMember) -> Page:
    """List open alerts and the last closed ones."""
    return pages.show("alerts", visit, alerts=monitoring.alerts().current(visit.by.principal))


@router.post("/admin/alerts/<alert_id>/silence")
def silence(alert_id: Id, visit: AnyStaffMember, chosen: SilenceSent) -> Page:
    """Mute an alert for some minutes."""
    monitoring.alerts().silence(visit.by.principal, str(alert_id), minutes=int(chosen.minutes))
    return see_other("/admin/alerts?done=silenced")


@router.get("/admin/sms")
def sms(pages: CurrentPages, visit: AnyStaffMember) -> Page:
    """Show balances, delivery by mobile network, costs per day."""
    status = sms_container.sms_status()(visit.by.principal, days=30)
    costs, names = chart_by(status["costs"], series="purpose", value="cost_tyiyn", days=30)
    return pages.show("sms", visit, status=status, costs=costs, names=names)
