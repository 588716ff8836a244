"""Routes of payments, approvals, refunds, orphans and revenue."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path as InPath
from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin import money
from auto360.admin.app import make_router
from auto360.admin.money_forms import ByHandSent, FindSent, OrphanSent, PaymentSent, RefundSent
from auto360.admin.rendering import CurrentPages, Page
from auto360.admin.routers.parameters import Id
from auto360.admin.visit import Finance

router = make_router()


@router.get("/admin/payments")
def payments(pages: CurrentPages, visit: Finance) -> Page:
    """List work for finance, and payments found by a search."""
    return money.queue(pages, visit)


@router.post("/admin/payments/find")
def find_payments(visit: Finance, wanted: FindSent) -> Page:
    """Search payments by phone, id or bank number."""
    return money.find(visit, wanted)


@router.post("/admin/payments/by-hand")
def record_by_hand(visit: Finance, order: ByHandSent) -> Page:
    """Start a tier for money received outside the banks' systems."""
    return money.record_by_hand(visit, order)


@router.get("/admin/payments/<payment_id>")
def payment(pages: CurrentPages, payment_id: Id, visit: Finance) -> Page:
    """Show a payment with its history."""
    return money.payment(pages, visit, payment_id)


@router.post("/admin/payments/<payment_id>/query")
def query_soon(payment_id: Id, visit: Finance) -> Page:
    """Let the next run of the reconciler query the bank."""
    return money.query_soon(visit, payment_id)


@router.post("/admin/payments/<payment_id>/<action>")
def act_on_payment(
    payment_id: Id, action: Annotated[money.PaymentAction, InPath()], visit: Finance, decision: PaymentSent
) -> Page:
    """Refund, release or reject a payment."""
    return money.act(visit, payment_id, action, decision)


@router.post("/admin/approvals/<approval_id>/<action>")
def decide_approval(approval_id: Id, action: Annotated[Literal["approve", "refuse"], InPath()], visit: Finance) -> Page:
    """Approve or refuse an operation as the second person."""
    return money.decide_approval(visit, approval_id, approves=action == "approve")


@router.post("/admin/refunds/<refund_id>/<action>")
def act_on_refund(
    refund_id: Id, action: Annotated[money.RefundAction, InPath()], visit: Finance, told: RefundSent
) -> Page:
    """Approve, reject or close a refund."""
    return money.act_on_refund(visit, refund_id, action, told)


@router.post("/admin/orphans/<orphan_id>/<action>")
def act_on_orphan(
    orphan_id: Id, action: Annotated[money.OrphanAction, InPath()], visit: Finance, told: OrphanSent
) -> Page:
    """Match, refund or dismiss money without an order."""
    return money.act_on_orphan(visit, orphan_id, action, told)


@router.get("/admin/revenue")
def revenue(pages: CurrentPages, visit: Finance, *, days: Annotated[Literal["7", "30", "90"], Query()] = "30") -> Page:
    """Show revenue and subscriptions of the last days."""
    return money.revenue(pages, visit, days=int(days))
