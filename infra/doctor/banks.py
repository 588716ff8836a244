"""Check the credentials of each bank, for orders and for its statement; creates no order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from infra.doctor import Variables, Warn, Wrong, check

if TYPE_CHECKING:
    from auto360.providers.payments import Bank

_SECONDS = 10.0
# Freedom Pay's code for an unknown payment.
_NO_SUCH_ORDER = "error_340"
# O!Деньги, unknown invoice: certain for the simulator only, for the bank publishes no list of its codes.
_UNPUBLISHED = ("error_5",)


def _bank(name: str, *, is_simulated: bool = False) -> str:
    """Query an unknown order and a statement: a key may be valid for one and not for the other."""
    from auto360.container.payments import bank
    from auto360.core.clock import utc_now
    from auto360.providers.payments import BankFailure

    wired = bank(name)
    if wired is None:
        raise Warn("configured, but not named in BANKS")
    told = _orders(wired, is_simulated=is_simulated)
    if wired.lists is None:
        return told
    now = utc_now()
    try:
        lines = sum(1 for _ in wired.lists.payments(since=now - timedelta(hours=1), until=now, timeout=_SECONDS))
    except BankFailure as failure:
        raise Wrong(f"{told}, but no statement: {failure.bank_code}") from None
    return f"{told}, {lines} payments in today's statement"


def _orders(wired: Bank, *, is_simulated: bool) -> str:
    """Query an unknown order: the bank answers so only to valid credentials."""
    from auto360.providers.payments import BankRefused, OrderRef, OrderUnknown

    nobody = OrderRef(attempt_id=str(uuid4()), provider_ref=str(uuid4()))
    try:
        wired.orders.query(nobody, timeout=_SECONDS)
    except BankRefused as refused:
        if refused.lasting or refused.bank_code not in (_NO_SUCH_ORDER, *_UNPUBLISHED):
            raise
        if refused.bank_code in _UNPUBLISHED and not is_simulated:
            raise Warn(f"refuses an order that does not exist with {refused.bank_code}") from None
        return "credentials accepted"
    except OrderUnknown:
        return "credentials accepted (test)" if wired.is_test else "credentials accepted"
    return "answers for an order that does not exist"


def _is_local(url: str) -> bool:
    """Return True for an address of this machine, where only simulators listen."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


@check(
    "bank: O!Деньги", needs=("ODENGI_PASSWORD",), advice="Check ODENGI_SID and ODENGI_PASSWORD with the bank's manager."
)
def odengi(variables: Variables) -> str:
    """Check sid and password."""
    return _bank("odengi", is_simulated=_is_local(variables.get("ODENGI_API_URL", "")))


@check("bank: MBank", needs=("MKASSA_API_KEY",), advice="Check MKASSA_API_KEY in the cabinet of MKassa.")
def mbank(_variables: Variables) -> str:
    """Check the key."""
    return _bank("mbank")


@check(
    "bank: Bakai", needs=("BAKAI_QR_TOKEN",), advice="Check the token of the external service in the bank's cabinet."
)
def bakai(_variables: Variables) -> str:
    """Check the token."""
    return _bank("bakai")


@check("bank: Optima", needs=("OPTIMA_API_KEY",), advice="Check OPTIMA_API_KEY with the bank's manager.")
def optima(_variables: Variables) -> str:
    """Check the key."""
    return _bank("optima")


@check(
    "bank: Freedom Pay",
    needs=("FREEDOMPAY_SECRET_KEY",),
    advice="Check merchant id and secret key in the cabinet of Freedom Pay.",
)
def freedom_pay(_variables: Variables) -> str:
    """Check merchant id and secret key."""
    return _bank("freedompay")
