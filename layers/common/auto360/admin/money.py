"""Payment pages: search, decisions, manual records, refunds, revenue."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from auto360.admin.charts import bar_chart
from auto360.admin.money_forms import ByHandForm, FindForm, OrphanForm, PaymentForm, RefundForm
from auto360.admin.operations_charts import last_days
from auto360.admin.rendering import Pages, see_other
from auto360.admin.visit import SignedInVisit
from auto360.container import billing, staff
from auto360.core import phone as phones
from auto360.core.clock import utc_now
from auto360.core.errors import PhoneInvalid
from auto360.core.timezone import BISHKEK
from auto360.domains.billing.operations import ActingStaff, ByHand

PaymentAction = Literal["refund", "release", "reject"]
RefundAction = Literal["approve", "reject", "close"]
OrphanAction = Literal["match", "refund", "dismiss"]

_HOME = "/admin/payments"
_MAX = 30


def queue(pages: Pages, visit: SignedInVisit) -> Response[Any]:
    """Show payments that wait for a person, and those found or latest."""
    staff_member, sought = _staff_member(visit), visit.query.get("q", "")[:100]
    waiting = billing.operations().queue(staff_member)
    found = billing.payment_search().find(staff_member, sought, limit=_MAX)
    return pages.show("payments", visit, waiting=waiting, payments=found, sought=sought, alone_tyiyn=_alone_tyiyn())


def find(visit: SignedInVisit, wanted: FindForm) -> Response[Any]:
    """Redirect to the search result. A phone becomes its user's id here, so that no address or log holds it."""
    try:
        number = phones.normalise(wanted.text)
    except PhoneInvalid:
        return see_other(f"{_HOME}?q={quote(wanted.text)}")
    return see_other(f"{_HOME}?q={billing.payment_search().customer(_staff_member(visit), number)['user_id']}")


def payment(pages: Pages, visit: SignedInVisit, payment_id: UUID) -> Response[Any]:
    """Show a payment with its history and the actions it allows."""
    found = billing.payment_search().one(_staff_member(visit), str(payment_id))
    return pages.show("payment", visit, payment=found, alone_tyiyn=_alone_tyiyn())


def act(visit: SignedInVisit, payment_id: UUID, action: PaymentAction, form: PaymentForm) -> Response[Any]:
    """Refund, release or reject a payment."""
    staff_member, operations, key = _staff_member(visit), billing.operations(), str(payment_id)
    if action == "refund":
        amount = form.amount()
        if not staff.staff_sessions().is_first(visit.by, form.key()):
            return see_other(f"{_HOME}/{key}?done=sent_before")
        bank = billing.payment_search().one(staff_member, key)["bank"]
        answer = operations.refund(staff_member, key, bank=bank, amount_tyiyn=amount, reason=form.reason)
    else:
        answer = operations.decide(staff_member, key, action, reason=form.reason, evidence=form.evidence)
    return _back(key, answer, done=action)


def query_soon(visit: SignedInVisit, payment_id: UUID) -> Response[Any]:
    """Let the next run of the reconciler query the bank."""
    billing.operations().query_soon(_staff_member(visit), str(payment_id))
    return see_other(f"{_HOME}/{payment_id}?done=payment_query")


def decide_approval(visit: SignedInVisit, approval_id: UUID, *, approves: bool) -> Response[Any]:
    """Approve or refuse a payment decision as the second person."""
    answer = billing.operations().approve(_staff_member(visit), str(approval_id), approves=approves)
    return _back(answer["payment"]["id"], answer, done="approve" if approves else "refuse")


def act_on_refund(visit: SignedInVisit, refund_id: UUID, action: RefundAction, form: RefundForm) -> Response[Any]:
    """Approve or refuse a refund, or close one that was made by hand with the bank's number."""
    staff_member, operations = _staff_member(visit), billing.operations()
    if action == "close":
        answer = operations.close_refund(staff_member, str(refund_id), bank_number=form.number())
    else:
        answer = operations.decide_refund(staff_member, str(refund_id), approves=action == "approve")
    return _back(answer["refund"]["payment_id"], answer, done=f"refund_{action}")


def act_on_orphan(visit: SignedInVisit, orphan_id: UUID, action: OrphanAction, form: OrphanForm) -> Response[Any]:
    """Resolve money that belongs to no order."""
    payment_id = str(form.payment_id) if form.payment_id else None
    answer = billing.operations().resolve_orphan(
        _staff_member(visit), str(orphan_id), action, resolution=form.resolution, payment_id=payment_id
    )
    return see_other(f"{_HOME}?done={'waits' if answer.get('waits') else 'orphan'}")


def record_by_hand(visit: SignedInVisit, form: ByHandForm) -> Response[Any]:
    """Start a tier for money that arrived outside the banks' APIs."""
    staff_member = _staff_member(visit)
    customer = billing.payment_search().customer(staff_member, phones.normalise(form.phone))
    order = ByHand(customer["user_id"], form.tier, form.amount_tyiyn(), form.period_days)
    answer = billing.operations().record_by_hand(staff_member, order, reason=form.reason, evidence=form.evidence)
    return _back(answer["payment"]["id"], answer, done="by_hand")


def revenue(pages: Pages, visit: SignedInVisit, *, days: int) -> Response[Any]:
    """Show revenue of the last days, today included."""
    today = utc_now().astimezone(BISHKEK).date()
    metrics = billing.operations().metrics(
        _staff_member(visit), since=today - timedelta(days=days - 1), until=today + timedelta(days=1)
    )
    by_day = {row["key"]: row["paid_tyiyn"] for row in metrics["by_day"]}
    picture = bar_chart(last_days(days), [by_day])
    return pages.show("revenue", visit, metrics=metrics, picture=picture, chosen_days=days)


def _staff_member(visit: SignedInVisit) -> ActingStaff:
    return ActingStaff(visit.by.user_id, visit.request.id)


def _alone_tyiyn() -> int:
    return billing.operations().policy.second_person_tyiyn


def _back(payment_id: str, answer: Mapping[str, Any], *, done: str) -> Response[Any]:
    return see_other(f"{_HOME}/{payment_id}?done={'waits' if answer.get('waits') else f'payment_{done}'}")
