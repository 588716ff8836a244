"""The pages about payments: looking for one, deciding about one, money by hand, refunds, figures."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from auto360.admin.charts import bar_chart
from auto360.admin.formatting import BISHKEK
from auto360.admin.money_forms import ByHandForm, FindForm, OrphanForm, PaymentForm, RefundForm
from auto360.admin.operations_charts import last_days
from auto360.admin.rendering import Pages, see_other
from auto360.admin.visit import SignedInVisit
from auto360.container import billing, staff
from auto360.core import phone as phones
from auto360.core.clock import utc_now
from auto360.core.errors import PhoneInvalid
from auto360.domains.billing.operations import ActingStaff, ByHand

PaymentAction = Literal["refund", "release", "reject"]
RefundAction = Literal["approve", "reject", "close"]
OrphanAction = Literal["match", "refund", "dismiss"]

_HOME = "/admin/payments"
_MOST = 30


def queue(pages: Pages, visit: SignedInVisit) -> Response[Any]:
    """What waits for a person, and payments that were looked for or came last."""
    operator, sought = _operator(visit), visit.query.get("q", "")[:100]
    waiting = billing.operations().queue(operator)
    found = billing.payment_search().find(operator, sought, most=_MOST)
    return pages.show("payments", visit, waiting=waiting, payments=found, sought=sought, alone_tyiyn=_alone_tyiyn())


def find(visit: SignedInVisit, wanted: FindForm) -> Response[Any]:
    """Lead to what was looked for. A phone becomes its user's id here: it stands in no address and so in no log."""
    try:
        number = phones.normalise(wanted.text)
    except PhoneInvalid:
        return see_other(f"{_HOME}?q={quote(wanted.text)}")
    return see_other(f"{_HOME}?q={billing.payment_search().customer(_operator(visit), number)['user_id']}")


def payment(pages: Pages, visit: SignedInVisit, payment_id: UUID) -> Response[Any]:
    """One payment with its history, and what may be done with it."""
    found = billing.payment_search().one(_operator(visit), str(payment_id))
    return pages.show("payment", visit, payment=found, alone_tyiyn=_alone_tyiyn())


def act(visit: SignedInVisit, payment_id: UUID, action: PaymentAction, form: PaymentForm) -> Response[Any]:
    """Refund, release or reject."""
    operator, desk, key = _operator(visit), billing.operations(), str(payment_id)
    if action == "refund":
        amount = form.amount()
        if not staff.operator_sessions().is_first(visit.by, form.key()):
            return see_other(f"{_HOME}/{key}?done=sent_before")
        bank = billing.payment_search().one(operator, key)["bank"]
        answer = desk.refund(operator, key, bank=bank, amount_tyiyn=amount, reason=form.reason)
    else:
        answer = desk.decide(operator, key, action, reason=form.reason, evidence=form.evidence)
    return _back(key, answer, done=action)


def query_soon(visit: SignedInVisit, payment_id: UUID) -> Response[Any]:
    """Let the next run of the reconciler query the bank."""
    billing.operations().query_soon(_operator(visit), str(payment_id))
    return see_other(f"{_HOME}/{payment_id}?done=payment_query")


def decide_approval(visit: SignedInVisit, approval_id: UUID, *, approves: bool) -> Response[Any]:
    """The second person's word on a payment."""
    answer = billing.operations().approve(_operator(visit), str(approval_id), approves=approves)
    return _back(answer["payment"]["id"], answer, done="approve" if approves else "refuse")


def act_on_refund(visit: SignedInVisit, refund_id: UUID, action: RefundAction, form: RefundForm) -> Response[Any]:
    """The second person's word, or the bank's number of money that was given back by hand."""
    operator, desk = _operator(visit), billing.operations()
    if action == "close":
        answer = desk.close_refund(operator, str(refund_id), bank_number=form.number())
    else:
        answer = desk.decide_refund(operator, str(refund_id), approves=action == "approve")
    return _back(answer["refund"]["payment_id"], answer, done=f"refund_{action}")


def act_on_orphan(visit: SignedInVisit, orphan_id: UUID, action: OrphanAction, form: OrphanForm) -> Response[Any]:
    """Say what money without an order is."""
    payment_id = str(form.payment_id) if form.payment_id else None
    answer = billing.operations().resolve_orphan(
        _operator(visit), str(orphan_id), action, resolution=form.resolution, payment_id=payment_id
    )
    return see_other(f"{_HOME}?done={'waits' if answer.get('waits') else 'orphan'}")


def record_by_hand(visit: SignedInVisit, form: ByHandForm) -> Response[Any]:
    """Start a tier for money that came another way."""
    operator = _operator(visit)
    customer = billing.payment_search().customer(operator, phones.normalise(form.phone))
    order = ByHand(customer["user_id"], form.tier, form.amount_tyiyn(), form.period_days)
    answer = billing.operations().record_by_hand(operator, order, reason=form.reason, evidence=form.evidence)
    return _back(answer["payment"]["id"], answer, done="by_hand")


def revenue(pages: Pages, visit: SignedInVisit, *, days: int) -> Response[Any]:
    """Figures of the last days, today included."""
    today = utc_now().astimezone(BISHKEK).date()
    figures = billing.operations().figures(
        _operator(visit), since=today - timedelta(days=days - 1), until=today + timedelta(days=1)
    )
    by_day = {row["key"]: row["paid_tyiyn"] for row in figures["by_day"]}
    picture = bar_chart(last_days(days), [by_day])
    return pages.show("revenue", visit, figures=figures, picture=picture, chosen_days=days)


def _operator(visit: SignedInVisit) -> ActingStaff:
    return ActingStaff(visit.by.user_id, visit.request.id)


def _alone_tyiyn() -> int:
    return billing.operations().policy.second_person_tyiyn


def _back(payment_id: str, answer: Mapping[str, Any], *, done: str) -> Response[Any]:
    return see_other(f"{_HOME}/{payment_id}?done={'waits' if answer.get('waits') else f'payment_{done}'}")
