"""Routes of staff members and the audit log."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin.app import make_router
from auto360.admin.operations_forms import AppointmentSent
from auto360.admin.rendering import CurrentPages, Page, see_other
from auto360.admin.routers.parameters import Cursor
from auto360.admin.visit import Admin
from auto360.container import staff
from auto360.core import phone

router = make_router()

_AREAS = ("operator", "moderation", "alert", "sms", "payment", "refund", "migration", "job", "campaign")


@router.get("/admin/staff")
def team(pages: CurrentPages, visit: Admin) -> Page:
    """List staff members and roles that wait for approval."""
    found = staff.team().members(visit.by)
    return pages.show("staff", visit, members=found["operators"], waiting=found["waiting"])


@router.post("/admin/staff")
def appoint(visit: Admin, chosen: AppointmentSent) -> Page:
    """Grant a role, confirm it as the second administrator, or revoke it."""
    given = staff.team().appoint(visit.by, phone.normalise(chosen.phone), role=chosen.role, origin=visit.origin)
    return see_other(f"/admin/staff?done={'appointment_waits' if given['waits'] else 'appointed'}")


@router.get("/admin/audit")
def audit(
    pages: CurrentPages,
    visit: Admin,
    *,
    area: Annotated[str | None, Query(pattern="^[a-z]{1,20}$")] = None,
    actor: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
) -> Page:
    """List audit log entries, newest first."""
    who = str(actor) if actor else None
    found = staff.team().audit(visit.by, area=area, actor=who, cursor=cursor, limit=50)
    return pages.show(
        "audit", visit, entries=found.rows, next_cursor=found.next_cursor, area=area, actor=who, areas=_AREAS
    )
