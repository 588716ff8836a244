"""Failures of a call to a bank."""

import re

_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_.\-]")


class BankFailure(Exception):
    """Request not certainly executed by the bank.

    `bank_code` is for staff, never for users; at most 40 letters, digits and `_.-`, never the bank's text.
    `lasting` failures need a repair (key, contract, settings).
    """

    outcome = "unknown"

    def __init__(self, bank_code: str, *, lasting: bool = False) -> None:
        code = _NOT_IN_CODES.sub("_", bank_code)[:40]
        super().__init__(code)
        self.bank_code, self.lasting = code, lasting


class BankRefused(BankFailure):
    """Bank refused the request."""

    outcome = "refused"


class BankUnreachable(BankFailure):
    """Request not sent, or failed before anything was done."""

    outcome = "unreachable"


class BankUncertain(BankFailure):
    """Request perhaps executed: no answer in time, or an unreadable one."""

    outcome = "unknown"


class OrderUnknown(BankFailure):
    """Bank has no order under this reference (any more, or yet)."""

    outcome = "order_unknown"


class AnswerUnsafe(BankFailure):
    """Order made, but the bank's answer must not be shown. It is never shown, so never paid."""

    outcome = "unsafe"


class NotSupported(BankFailure):
    """Bank offers no such call; see its parts and `Capabilities`."""

    outcome = "not_supported"


class CallbackUnreadable(Exception):
    """Unreadable body of a webhook. Never holds the body."""
