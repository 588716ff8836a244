"""Handing over one SMS: who is asked, in which order, and when nobody else is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from auto360.providers.sms import (
    SmsAccepted,
    SmsAccount,
    SmsBadNumber,
    SmsFailure,
    SmsRefused,
    SmsUncertain,
    SmsUnreachable,
)
from auto360.providers.sms.delivery import Delivery, DeliveryLimits, deliver

TAKEN = SmsAccepted(parts=1, cost_tyiyn=70)


@dataclass
class ScriptedSupplier:
    """A supplier that answers as its script says; used where the simulators cannot be timed."""

    name: str
    script: list[SmsAccepted | SmsFailure]
    taken: bool | None = None
    ids: list[str] = field(default_factory=list)
    questions: int = 0

    def message_id(self, sms_id: str) -> str:
        return f"{self.name}-{sms_id}"

    def send(self, phone: str, text: str, *, message_id: str, timeout: float) -> SmsAccepted:
        self.ids.append(message_id)
        answer = self.script.pop(0)
        if isinstance(answer, SmsFailure):
            raise answer
        return answer

    def has_taken(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        self.questions += 1
        return self.taken

    def report(self, phone: str, *, message_id: str, timeout: float) -> None:
        return None

    def account(self, *, timeout: float) -> SmsAccount:
        return SmsAccount(0)


def hand_over(suppliers: Sequence[ScriptedSupplier], *, passed_over: tuple[str, ...] = ()) -> Delivery:
    return deliver(
        "+996555123456", "text", sms_id="s", suppliers=suppliers, passed_over=passed_over, sleep=lambda seconds: None
    )


def test_the_first_supplier_takes_it_and_nobody_else_is_asked() -> None:
    first, second = ScriptedSupplier("a", [TAKEN]), ScriptedSupplier("b", [])
    delivery = hand_over([first, second])
    assert (delivery.supplier, delivery.taken) == ("a", TAKEN)
    assert second.ids == []


def test_a_refusal_goes_on_at_once() -> None:
    first, second = ScriptedSupplier("a", [SmsRefused("5")]), ScriptedSupplier("b", [TAKEN])
    assert hand_over([first, second]).supplier == "b"
    assert len(first.ids) == 1


def test_a_breakdown_is_repeated_under_the_same_id() -> None:
    first = ScriptedSupplier("a", [SmsUnreachable("http_500"), SmsUnreachable("http_500"), TAKEN])
    assert hand_over([first, ScriptedSupplier("b", [])]).supplier == "a"
    assert first.ids == ["a-s"] * 3


def test_after_three_breakdowns_the_next_is_asked() -> None:
    first, second = ScriptedSupplier("a", [SmsUnreachable("connect")] * 3), ScriptedSupplier("b", [TAKEN])
    assert hand_over([first, second]).supplier == "b"
    assert first.questions == 0


def test_what_was_perhaps_taken_is_asked_about_before_going_on() -> None:
    first, second = ScriptedSupplier("a", [SmsUncertain("no_reply")] * 2, taken=True), ScriptedSupplier("b", [])
    delivery = hand_over([first, second])
    assert delivery.supplier == "a"
    assert (len(first.ids), first.questions, second.ids) == (2, 1, [])


def test_what_is_not_known_to_be_taken_goes_on_with_the_same_text() -> None:
    for answer in (False, None):
        first = ScriptedSupplier("a", [SmsUncertain("no_reply")] * 2, taken=answer)
        assert hand_over([first, ScriptedSupplier("b", [TAKEN])]).supplier == "b"


def test_a_seen_before_is_not_repeated_but_asked_about() -> None:
    first = ScriptedSupplier("a", [SmsUncertain("10", repeat=False)], taken=True)
    assert hand_over([first, ScriptedSupplier("b", [])]).supplier == "a"
    assert len(first.ids) == 1


def test_an_uncertain_try_before_a_refusal_is_still_asked_about() -> None:
    first = ScriptedSupplier("a", [SmsUncertain("no_reply"), SmsRefused("4")], taken=True)
    assert hand_over([first, ScriptedSupplier("b", [])]).supplier == "a"


def test_a_bad_number_ends_it() -> None:
    second = ScriptedSupplier("b", [])
    delivery = hand_over([ScriptedSupplier("a", [SmsBadNumber("7")]), second])
    assert delivery.bad_number
    assert delivery.supplier is None
    assert second.ids == []


def test_a_supplier_that_is_passed_over_is_asked_last() -> None:
    first, second = ScriptedSupplier("a", [TAKEN]), ScriptedSupplier("b", [SmsRefused("3", lasting=True)])
    delivery = hand_over([first, second], passed_over=("a",))
    assert [attempt.supplier for attempt in delivery.attempts] == ["b", "a"]
    assert delivery.supplier == "a"
    assert [attempt.lasting for attempt in delivery.attempts] == [True, False]


def test_nobody_takes_it() -> None:
    delivery = hand_over([ScriptedSupplier("a", [SmsRefused("2")]), ScriptedSupplier("b", [SmsRefused("2")])])
    assert delivery.supplier is None
    assert [attempt.outcome for attempt in delivery.attempts] == ["refused", "refused"]


def test_no_call_is_made_when_the_time_is_used_up() -> None:
    first = ScriptedSupplier("a", [])
    limits = DeliveryLimits(total_seconds=0.0)
    delivery = deliver("+996555123456", "t", sms_id="s", suppliers=[first], limits=limits, sleep=lambda seconds: None)
    assert delivery.attempts == ()
