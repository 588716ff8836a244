"""The ways in which asking a bank can fail."""

import re

_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_.\-]")


class BankFailure(Exception):
    """A bank did not certainly do what it was asked.

    `bank_code` is for operators, never for users; at most 40 letters, digits and `_.-`, never the bank's text.
    `lasting` failures cannot mend themselves (key, contract, settings).
    """

    outcome = "unknown"

    def __init__(self, bank_code: str, *, lasting: bool = False) -> None:
        code = _NOT_IN_CODES.sub("_", bank_code)[:40]
        super().__init__(code)
        self.bank_code, self.lasting = code, lasting


class BankRefused(BankFailure):
    """They said no."""

    outcome = "refused"


class BankUnreachable(BankFailure):
    """Not asked, or broken before anything was done."""

    outcome = "unreachable"


class BankUncertain(BankFailure):
    """Perhaps done: no answer in time, or one that we cannot read."""

    outcome = "unknown"


class OrderUnknown(BankFailure):
    """The bank has no order under this reference (any more, or yet)."""

    outcome = "order_unknown"


class AnswerUnsafe(BankFailure):
    """An order was made, but what the bank gave for it must not reach a person. Nobody sees it, so nobody pays it."""

    outcome = "unsafe"


class NotSupported(BankFailure):
    """This bank offers no such call; its parts and `Capabilities` say so beforehand."""

    outcome = "not_supported"


class CallbackUnreadable(Exception):
    """The body of a bank's call says nothing that we understand. Never holds the body."""
