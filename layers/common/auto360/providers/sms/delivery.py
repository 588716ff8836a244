"""Delivery of an SMS by the first provider that accepts it, within a fixed time and without sending it twice.

Rules (docs/reference/sms-login.md, section 2.5): after a refusal the next provider is used; a failure is repeated under
the same id first; after an uncertain answer the provider is queried, and only a message not known as
accepted is sent by the next one. Every provider gets the same text.
"""

import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

from auto360.providers.sms import SmsAccepted, SmsBadNumber, SmsFailure, SmsProvider, SmsUncertain, SmsUnreachable
from auto360.providers.sms.segments import segments_of


@dataclass(frozen=True)
class DeliveryAttempt:
    """Attempt at one provider. `lasting`: open its circuit at once."""

    provider: str
    provider_message_id: str
    outcome: str
    provider_code: str
    duration_ms: int
    lasting: bool = False


class SmsRecord(TypedDict):
    """Arguments of `sms_record` and `login_record_sms`."""

    sms_id: str
    state: str
    supplier: str | None
    supplier_message_id: str | None
    parts: int | None
    cost_tyiyn: int | None
    attempts: list[dict[str, Any]]


@dataclass(frozen=True)
class Delivery:
    """Result of a delivery. `accepted` is None when no provider did; `bad_number` when the number is at fault."""

    attempts: tuple[DeliveryAttempt, ...]
    accepted: SmsAccepted | None = None
    provider: str | None = None
    provider_message_id: str | None = None
    bad_number: bool = False

    def record(self, sms_id: str) -> SmsRecord:
        """Return the arguments of SQL functions `sms_record` and `login_record_sms`."""
        accepted = self.accepted
        return {
            "sms_id": sms_id,
            "state": "accepted" if self.provider else "released",
            "supplier": self.provider,
            "supplier_message_id": self.provider_message_id,
            "parts": accepted.parts if accepted else None,
            "cost_tyiyn": accepted.cost_tyiyn if accepted else 0,
            "attempts": [_attempt_row(place, attempt) for place, attempt in enumerate(self.attempts)],
        }


class Deliver(Protocol):
    """Sends an SMS through the configured providers: `deliver` with its providers bound."""

    def __call__(self, phone: str, text: str, *, sms_id: str, passed_over: Collection[str]) -> Delivery: ...


@dataclass(frozen=True)
class DeliveryLimits:
    """Time and tries: in total less than the function's time-out, and short for a waiting user."""

    total_seconds: float = 11.0
    call_seconds: float = 2.5
    question_seconds: float = 1.5
    tries: int = 3
    first_wait_seconds: float = 0.5


def _attempt_row(place: int, attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "position": place,
        "supplier": attempt.provider,
        "supplier_message_id": attempt.provider_message_id,
        "outcome": attempt.outcome,
        "supplier_code": attempt.provider_code,
        "duration_ms": attempt.duration_ms,
        "opens_circuit": attempt.lasting,
    }


@dataclass
class _Run:
    phone: str
    text: str
    limits: DeliveryLimits
    sleep: Callable[[float], None]
    ends_at: float
    attempts: list[DeliveryAttempt] = field(default_factory=list)

    def time_left(self, wanted: float, *, reserved: float = 0.0) -> float:
        return min(wanted, self.ends_at - reserved - time.monotonic())


def deliver(
    phone: str,
    text: str,
    *,
    sms_id: str,
    providers: Sequence[SmsProvider],
    passed_over: Collection[str] = (),
    limits: DeliveryLimits | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Send a message. Providers in `passed_over` (open circuit, last SMS did not arrive) are tried last."""
    limits = limits or DeliveryLimits()
    run = _Run(phone, text, limits, sleep, time.monotonic() + limits.total_seconds)
    ordered = sorted(providers, key=lambda provider: provider.name in passed_over)
    for place, provider in enumerate(ordered):
        message_id = provider.message_id(sms_id)
        behind = len(ordered) - place - 1
        try:
            accepted = _try_provider(run, provider, message_id, reserved=behind * (limits.call_seconds + 0.5))
        except SmsBadNumber:
            return Delivery(tuple(run.attempts), bad_number=True)
        if accepted is not None:
            return Delivery(tuple(run.attempts), accepted, provider.name, message_id)
    return Delivery(tuple(run.attempts))


def _try_provider(run: _Run, provider: SmsProvider, message_id: str, *, reserved: float) -> SmsAccepted | None:
    """Try one provider until it accepts or refuses the message, or its share of time or tries is used up.

    Once a try was uncertain, query before deciding: an answer "seen before" to a repeat proves nothing.
    """
    uncertain = False
    for number in range(run.limits.tries):
        timeout = run.time_left(run.limits.call_seconds, reserved=reserved)
        if timeout <= 0.1:
            break
        failure = _send_once(run, provider, message_id, timeout=timeout)
        if isinstance(failure, SmsAccepted):
            return failure
        if isinstance(failure, SmsUncertain):
            if uncertain or not failure.repeat:
                uncertain = True
                break
            uncertain = True
        elif not isinstance(failure, SmsUnreachable):
            break
        if number + 1 < run.limits.tries:
            wait = run.limits.first_wait_seconds * 2**number * random.uniform(0.8, 1.2)  # noqa: S311
            run.sleep(max(0.0, run.time_left(wait, reserved=reserved)))
    if uncertain and _was_accepted(run, provider, message_id):
        return SmsAccepted(parts=segments_of(run.text), cost_tyiyn=None)
    return None


def _send_once(run: _Run, provider: SmsProvider, message_id: str, *, timeout: float) -> SmsAccepted | SmsFailure:
    started = time.monotonic()
    result: SmsAccepted | SmsFailure
    try:
        result = provider.send(run.phone, run.text, message_id=message_id, timeout=timeout)
        outcome, code, lasting = "accepted", "", False
    except SmsFailure as failure:
        result, outcome, code, lasting = failure, failure.outcome, failure.provider_code, failure.lasting
    except Exception as error:  # noqa: BLE001 - a defect in one provider's file keeps nobody from the next one
        result = SmsUncertain(f"defect {type(error).__name__}"[:20], repeat=False)
        outcome, code, lasting = result.outcome, result.provider_code, result.lasting
    milliseconds = round((time.monotonic() - started) * 1000)
    run.attempts.append(DeliveryAttempt(provider.name, message_id, outcome, code, milliseconds, lasting))
    if isinstance(result, SmsBadNumber):
        raise result
    return result


def _was_accepted(run: _Run, provider: SmsProvider, message_id: str) -> bool:
    started = time.monotonic()
    timeout = run.time_left(run.limits.question_seconds)
    try:
        accepted = provider.has_accepted(run.phone, message_id=message_id, timeout=timeout) if timeout > 0.1 else None
    except Exception:  # noqa: BLE001 - see `_send_once`
        accepted = None
    milliseconds = round((time.monotonic() - started) * 1000)
    outcome = "accepted" if accepted else "unknown"
    run.attempts.append(
        DeliveryAttempt(provider.name, message_id, outcome, f"accepted_{accepted}".lower(), milliseconds)
    )
    return accepted is True
