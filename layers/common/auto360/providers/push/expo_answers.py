"""Expo's answers in our terms. Every message of a request has an outcome for any answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.providers.push import OutcomeKind, PushOutcome, PushReceipt, ReceiptKind

_TOO_MANY_PROJECTS = "PUSH_TOO_MANY_EXPERIENCE_IDS"
_CREDENTIALS = ("InvalidCredentials", "MismatchSenderId")
_AGAIN = ("ExpoError", "ProviderError")
_PROBE_SECONDS, _DEVICE_SECONDS = 60.0, 60.0
_REF = re.compile(r"[!-~]{1,100}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True)
class Answer:
    """Status and JSON object of an answer; an unreadable body is an empty object."""

    status: int
    document: Mapping[str, Any]

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """Return the errors of the whole request."""
        found = self.document.get("errors")
        return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def projects_of(answer: Answer) -> Mapping[str, Sequence[str]]:
    """Return {project: tokens} of a request that was refused because its tokens belong to several; else nothing."""
    for error in answer.errors:
        details = error.get("details")
        if error.get("code") == _TOO_MANY_PROJECTS and isinstance(details, dict):
            return {str(name): [str(token) for token in tokens] for name, tokens in details.items() if _is_list(tokens)}
    return {}


def refusal_of(answer: Answer) -> PushOutcome | None:
    """Return the outcome of all messages of a refused request; None for an answer with tickets or receipts."""
    code = _code(answer.errors[0].get("code", "")) if answer.errors else ""
    if answer.status in (401, 403) or code == "UNAUTHORIZED":
        return PushOutcome("credentials", code or f"http_{answer.status}", seconds=_PROBE_SECONDS)
    if 400 <= answer.status < 500 or code:
        return PushOutcome("refused", code or f"http_{answer.status}")
    if answer.status != 200 or "data" not in answer.document:
        return PushOutcome("unknown", "unreadable")
    return None


def outcomes_of(answer: Answer, *, count: int) -> list[PushOutcome]:
    """Return the outcomes in the order of the messages; all unknown when the tickets are not as many."""
    provider_refs = answer.document.get("data")
    if not isinstance(provider_refs, list) or len(provider_refs) != count:
        return [PushOutcome("unknown", "answers_do_not_match")] * count
    return [_outcome(provider_ref if isinstance(provider_ref, dict) else {}) for provider_ref in provider_refs]


def _outcome(provider_ref: Mapping[str, Any]) -> PushOutcome:
    name = provider_ref.get("id")
    if provider_ref.get("status") == "ok" and isinstance(name, str) and _REF.fullmatch(name):
        return PushOutcome("accepted", provider_ref=name)
    code = _error_of(provider_ref)
    if code == "DeviceNotRegistered":
        return PushOutcome("dead", code)
    if code in _CREDENTIALS:
        return PushOutcome("credentials", code, seconds=_PROBE_SECONDS)
    if code == "MessageRateExceeded":
        return PushOutcome("later", code, seconds=_DEVICE_SECONDS)
    kind: OutcomeKind = "unknown" if code in _AGAIN or provider_ref.get("status") != "error" else "refused"
    return PushOutcome(kind, code or "unreadable")


def receipts_of(answer: Answer) -> dict[str, PushReceipt]:
    """Return the receipts by provider reference; unreadable ones are omitted, like missing ones."""
    found = answer.document.get("data")
    if not isinstance(found, dict):
        return {}
    receipts = {str(name): _receipt(receipt) for name, receipt in found.items() if isinstance(receipt, dict)}
    return {name: receipt for name, receipt in receipts.items() if receipt is not None}


def _receipt(receipt: Mapping[str, Any]) -> PushReceipt | None:
    if receipt.get("status") == "ok":
        return PushReceipt("forwarded")
    if receipt.get("status") != "error":
        return None
    code = _error_of(receipt)
    kinds: dict[str, ReceiptKind] = {
        "DeviceNotRegistered": "dead",
        "MessageRateExceeded": "too_many",
        **dict.fromkeys(_CREDENTIALS, "credentials"),
        **dict.fromkeys(_AGAIN, "again"),
    }
    return PushReceipt(kinds.get(code, "refused"), code or "unreadable")


def _error_of(answer: Mapping[str, Any]) -> str:
    details = answer.get("details")
    return _code(details.get("error", "")) if isinstance(details, dict) else ""


def _code(value: object) -> str:
    """Return a code that the database can store and staff can read."""
    if value == "":
        return ""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "unreadable"


def _is_list(value: object) -> bool:
    return isinstance(value, list)
