"""/admin…: operations page for moderators, finance and administrators."""

from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path as InPath
from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin import money, sign_in, video_transfer
from auto360.admin.app import make_page_app
from auto360.admin.money_forms import ByHandSent, FindSent, OrphanSent, PaymentSent, RefundSent
from auto360.admin.operations_charts import METRICS, chart_by, metric_charts
from auto360.admin.operations_forms import (
    AppointmentSent,
    CodeSent,
    DecisionSent,
    LanguageSent,
    MigrationSent,
    PhoneSent,
    SilenceSent,
)
from auto360.admin.rendering import Pages, see_other
from auto360.admin.visit import Admin, Anybody, AnyStaffMember, Finance, Moderator
from auto360.container import cleanup, moderation, monitoring, staff
from auto360.container import sms as sms_container
from auto360.core import phone
from auto360.domains.moderation.queue import Action, State
from auto360.domains.monitoring.health import ask_all
from auto360.http.app import entrypoint

Page = Response[Any]
Id = Annotated[UUID, InPath()]
Cursor = Annotated[str | None, Query()]
OPEN: tuple[State, ...] = ("pending", "in_review", "escalated")
AREAS = ("operator", "moderation", "alert", "sms", "payment", "refund", "migration")
PAGE = 25

pages = Pages(Path(__file__).parent)
app = make_page_app(refusal=pages.refusal, without_session=sign_in.FORMS)


@app.get("/admin/assets/<name>")
def asset(name: Annotated[str, InPath(max_length=40)]) -> Page:
    """Return the stylesheet or the icon; cacheable for ever."""
    return pages.asset(name)


@app.get("/admin/sign-in")
def sign_in_page(visit: Anybody) -> Page:
    """Show the form for the phone, or for the code once it was sent."""
    return sign_in.page(pages, visit)


@app.post("/admin/sign-in")
def ask_for_code(visit: Anybody, asked: PhoneSent) -> Page:
    """Send a login code."""
    return sign_in.send_code(pages, visit, asked)


@app.post("/admin/sign-in/code")
def show_code(visit: Anybody, shown: CodeSent) -> Page:
    """Check the code and open a session."""
    return sign_in.open_session(pages, visit, shown)


@app.post("/admin/sign-out")
def sign_out(visit: AnyStaffMember) -> Page:
    """End the session."""
    return sign_in.end_session(visit)


@app.post("/admin/language")
def language(visit: Anybody, chosen: LanguageSent) -> Page:
    """Change the language of the page."""
    return sign_in.change_language(visit, chosen)


@app.get("/admin")
def overview(visit: AnyStaffMember) -> Page:
    """Show work that waits for the caller's role, and the state of the timers."""
    return pages.show("overview", visit, today=staff.overview().today(visit.by))


@app.get("/admin/health")
def health(visit: AnyStaffMember) -> Page:
    """Check every dependency; administrators also see the database report."""
    report = monitoring.alerts().database_report(visit.by.principal) if visit.by.role == "admin" else None
    return pages.show("health", visit, findings=ask_all(monitoring.dependency_checks()), report=report)


@app.get("/admin/moderation")
def queue(visit: Moderator, *, state: Annotated[State | None, Query()] = None, cursor: Cursor = None) -> Page:
    """List listings to check, the most urgent first."""
    is_mine, states = "mine" in visit.query, (state,) if state else OPEN
    found = moderation.moderation_queue().page(
        visit.by.principal, states=states, only_mine=is_mine, cursor=cursor, limit=PAGE
    )
    return pages.show(
        "moderation", visit, places=found.rows, next_cursor=found.next_cursor, state=state, is_mine=is_mine
    )


@app.get("/admin/moderation/<listing_id>")
def listing(listing_id: Id, visit: Moderator) -> Page:
    """Show a listing with its video, pictures, reports and history."""
    return pages.show("listing", visit, place=moderation.moderation_queue().one(visit.by.principal, str(listing_id)))


@app.post("/admin/moderation/<listing_id>/<action>")
def decide(listing_id: Id, action: Annotated[Action, InPath()], visit: Moderator, decision: DecisionSent) -> Page:
    """Assign, release or decide a listing."""
    reason = decision.reason_of(action)
    moderation.moderation_queue().act(
        visit.by.principal, str(listing_id), version=decision.version, action=action, reason=reason
    )
    back = f"/admin/moderation/{listing_id}" if action in ("assign", "release") else "/admin/moderation"
    return see_other(f"{back}?done={action}")


@app.get("/admin/alerts")
def alerts(visit: AnyStaffMember) -> Page:
    """List open alerts and the latest closed ones."""
    return pages.show("alerts", visit, alerts=monitoring.alerts().current(visit.by.principal))


@app.post("/admin/alerts/<alert_id>/silence")
def silence(alert_id: Id, visit: AnyStaffMember, chosen: SilenceSent) -> Page:
    """Suppress repetitions of an alert for a while."""
    monitoring.alerts().silence(visit.by.principal, str(alert_id), minutes=int(chosen.minutes))
    return see_other("/admin/alerts?done=silenced")


@app.get("/admin/sms")
def sms(visit: AnyStaffMember) -> Page:
    """Show balances, delivery by mobile network and daily costs."""
    status = sms_container.sms_status()(visit.by.principal, days=30)
    costs, names = chart_by(status["costs"], series="purpose", value="cost_tyiyn", days=30)
    return pages.show("sms", visit, status=status, costs=costs, names=names)


@app.get("/admin/metrics")
def metrics(visit: Finance, *, days: Annotated[Literal["14", "30", "90"], Query()] = "30") -> Page:
    """Show daily metrics as charts."""
    charts = metric_charts(cleanup.daily_metrics().series(visit.by.principal, METRICS, days=int(days)), days=int(days))
    return pages.show("metrics", visit, charts=charts, chosen_days=int(days))


@app.get("/admin/payments")
def payments(visit: Finance) -> Page:
    """List payments that wait for finance, and search results."""
    return money.queue(pages, visit)


@app.post("/admin/payments/find")
def find_payments(visit: Finance, wanted: FindSent) -> Page:
    """Search payments by phone or number."""
    return money.find(visit, wanted)


@app.post("/admin/payments/by-hand")
def record_by_hand(visit: Finance, order: ByHandSent) -> Page:
    """Start a tier for money that arrived outside the banks' APIs."""
    return money.record_by_hand(visit, order)


@app.get("/admin/payments/<payment_id>")
def payment(payment_id: Id, visit: Finance) -> Page:
    """Show a payment with its history."""
    return money.payment(pages, visit, payment_id)


@app.post("/admin/payments/<payment_id>/<action>")
def act_on_payment(
    payment_id: Id, action: Annotated[money.PaymentAction, InPath()], visit: Finance, decision: PaymentSent
) -> Page:
    """Refund, release or reject a payment."""
    return money.act(visit, payment_id, action, decision)


@app.post("/admin/approvals/<approval_id>/<action>")
def decide_approval(approval_id: Id, action: Annotated[Literal["approve", "refuse"], InPath()], visit: Finance) -> Page:
    """Approve or refuse a payment decision as the second person."""
    return money.decide_approval(visit, approval_id, approves=action == "approve")


@app.post("/admin/refunds/<refund_id>/<action>")
def act_on_refund(
    refund_id: Id, action: Annotated[money.RefundAction, InPath()], visit: Finance, told: RefundSent
) -> Page:
    """Approve, refuse or close a refund."""
    return money.act_on_refund(visit, refund_id, action, told)


@app.post("/admin/orphans/<orphan_id>/<action>")
def act_on_orphan(
    orphan_id: Id, action: Annotated[money.OrphanAction, InPath()], visit: Finance, told: OrphanSent
) -> Page:
    """Resolve money that belongs to no order."""
    return money.act_on_orphan(visit, orphan_id, action, told)


@app.get("/admin/revenue")
def revenue(visit: Finance, *, days: Annotated[Literal["7", "30", "90"], Query()] = "30") -> Page:
    """Show revenue and subscription metrics."""
    return money.revenue(pages, visit, days=int(days))


@app.get("/admin/migration")
def move_of_videos(visit: Admin) -> Page:
    """Show the progress of the video transfer."""
    return video_transfer.page(pages, visit)


@app.post("/admin/migration/<action>")
def order_move(action: Annotated[video_transfer.Order, InPath()], visit: Admin, order: MigrationSent) -> Page:
    """Pause, resume, retry or roll back the video transfer."""
    return video_transfer.give(visit, action, order)


@app.get("/admin/backups")
def backups(visit: Admin) -> Page:
    """List backup runs and restore drills."""
    return pages.show("backups", visit, backups=staff.overview().backups(visit.by, most=50))


@app.get("/admin/staff")
def team(visit: Admin) -> Page:
    """List staff members and roles that wait for approval."""
    found = staff.team().members(visit.by)
    return pages.show("staff", visit, members=found["operators"], waiting=found["waiting"])


@app.post("/admin/staff")
def appoint(visit: Admin, chosen: AppointmentSent) -> Page:
    """Give or revoke a role, or approve one as the second administrator."""
    given = staff.team().appoint(visit.by, phone.normalise(chosen.phone), role=chosen.role, origin=visit.origin)
    return see_other(f"/admin/staff?done={'appointment_waits' if given['waits'] else 'appointed'}")


@app.get("/admin/audit")
def audit(
    visit: Admin,
    *,
    area: Annotated[str | None, Query(pattern="^[a-z]{1,20}$")] = None,
    actor: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
) -> Page:
    """List the audit log, newest first."""
    who = str(actor) if actor else None
    found = staff.team().audit(visit.by, area=area, actor=who, cursor=cursor, limit=50)
    return pages.show(
        "audit", visit, entries=found.rows, next_cursor=found.next_cursor, area=area, actor=who, areas=AREAS
    )


handler = entrypoint(app, body="raw")
