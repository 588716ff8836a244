"""Routes of pushes and campaigns."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path as InPath

from auto360.admin.app import make_router
from auto360.admin.campaign_form import CampaignSent
from auto360.admin.rendering import CurrentPages, Page, see_other
from auto360.admin.routers.parameters import Id
from auto360.admin.visit import Admin, AnyStaffMember
from auto360.container import emails
from auto360.container import notifications as container

router = make_router()
_DAYS, _CAMPAIGNS = 7, 20


@router.get("/admin/notifications")
def notifications(pages: CurrentPages, visit: AnyStaffMember) -> Page:
    """Show pushes and e-mails per type and day, their queues, and the newest campaigns."""
    by = visit.by.principal
    status = container.campaigns().status(by, days=_DAYS)
    mails = emails.status()(by, days=_DAYS)
    newest = container.campaigns().newest(by, limit=_CAMPAIGNS)
    return pages.show("notifications", visit, status=status, mails=mails, campaigns=newest)


@router.post("/admin/notifications")
def draft(visit: Admin, sent: CampaignSent) -> Page:
    """Store the draft of a campaign and show its preview."""
    return see_other(f"/admin/notifications/{container.campaigns().draft(visit.by.principal, sent.campaign())}")


@router.get("/admin/notifications/<campaign_id>")
def campaign(campaign_id: Id, pages: CurrentPages, visit: Admin) -> Page:
    """Show a campaign as phones will, with its audience and progress."""
    found = container.campaigns().preview(visit.by.principal, str(campaign_id))
    return pages.show("campaign", visit, campaign=found)


@router.post("/admin/notifications/<campaign_id>/<action>")
def switch(campaign_id: Id, action: Annotated[Literal["start", "stop"], InPath()], visit: Admin) -> Page:
    """Start or stop a campaign."""
    changed = container.campaigns().switch(
        visit.by.principal, str(campaign_id), action, request_id=visit.origin.request_id
    )
    return see_other(f"/admin/notifications/{campaign_id}?done={f'campaign_{action}' if changed else 'sent_before'}")
