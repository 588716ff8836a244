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

ACCEPTED = SmsAccepted(parts=1, cost_tyiyn=70)


@dataclass
class ScriptedProvider:
    """Provider that answers as its script says; used where the simulators cannot be timed."""

    name: str
    script: list[SmsAccepted | SmsFailure]
    accepted: bool | None = None
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

    def has_accepted(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        self.questions += 1
        return self.accepted

    def report(self, phone: str, *, message_id: str, timeout: float) -> None:
        return None

    def account(self, *, timeout: float) -> SmsAccount:
        return SmsAccount(0)


def hand_over(providers: Sequence[ScriptedProvider], *, passed_over: tuple[str, ...] = ()) -> Delivery:
    return deliver(
        "+996555123456", "text", sms_id="s", providers=providers, passed_over=passed_over, sleep=lambda seconds: None
    )


def test_the_first_provider_takes_it_and_nobody_else_is_asked() -> None:
    first, second = ScriptedProvider("a", [ACCEPTED]), ScriptedProvider("b", [])
    delivery = hand_over([first, second])
    assert (delivery.provider, delivery.accepted) == ("a", ACCEPTED)
    assert second.ids == []


def test_a_refusal_goes_on_at_once() -> None:
    first, second = ScriptedProvider("a", [SmsRefused("5")]), ScriptedProvider("b", [ACCEPTED])
    assert hand_over([first, second]).provider == "b"
    assert len(first.ids) == 1


def test_a_breakdown_is_repeated_under_the_same_id() -> None:
    first = ScriptedProvider("a", [SmsUnreachable("http_500"), SmsUnreachable("http_500"), ACCEPTED])
    assert hand_over([first, ScriptedProvider("b", [])]).provider == "a"
    assert first.ids == ["a-s"] * 3


def test_after_three_breakdowns_the_next_is_asked() -> None:
    first, second = ScriptedProvider("a", [SmsUnreachable("connect")] * 3), ScriptedProvider("b", [ACCEPTED])
    assert hand_over([first, second]).provider == "b"
    assert first.questions == 0


def test_what_was_perhaps_accepted_is_queried_before_going_on() -> None:
    first, second = ScriptedProvider("a", [SmsUncertain("no_reply")] * 2, accepted=True), ScriptedProvider("b", [])
    delivery = hand_over([first, second])
    assert delivery.provider == "a"
    assert (len(first.ids), first.questions, second.ids) == (2, 1, [])


def test_what_is_not_known_to_be_accepted_goes_on_with_the_same_text() -> None:
    for answer in (False, None):
        first = ScriptedProvider("a", [SmsUncertain("no_reply")] * 2, accepted=answer)
        assert hand_over([first, ScriptedProvider("b", [ACCEPTED])]).provider == "b"


def test_a_seen_before_is_not_repeated_but_asked_about() -> None:
    first = ScriptedProvider("a", [SmsUncertain("10", repeat=False)], accepted=True)
    assert hand_over([first, ScriptedProvider("b", [])]).provider == "a"
    assert len(first.ids) == 1


def test_an_uncertain_try_before_a_refusal_is_still_asked_about() -> None:
    first = ScriptedProvider("a", [SmsUncertain("no_reply"), SmsRefused("4")], accepted=True)
    assert hand_over([first, ScriptedProvider("b", [])]).provider == "a"


def test_a_bad_number_ends_it() -> None:
    second = ScriptedProvider("b", [])
    delivery = hand_over([ScriptedProvider("a", [SmsBadNumber("7")]), second])
    assert delivery.bad_number
    assert delivery.provider is None
    assert second.ids == []


def test_a_provider_that_is_passed_over_is_asked_last() -> None:
    first, second = ScriptedProvider("a", [ACCEPTED]), ScriptedProvider("b", [SmsRefused("3", lasting=True)])
    delivery = hand_over([first, second], passed_over=("a",))
    assert [attempt.provider for attempt in delivery.attempts] == ["b", "a"]
    assert delivery.provider == "a"
    assert [attempt.lasting for attempt in delivery.attempts] == [True, False]


def test_nobody_takes_it() -> None:
    delivery = hand_over([ScriptedProvider("a", [SmsRefused("2")]), ScriptedProvider("b", [SmsRefused("2")])])
    assert delivery.provider is None
    assert [attempt.outcome for attempt in delivery.attempts] == ["refused", "refused"]


def test_no_call_is_made_when_the_time_is_used_up() -> None:
    first = ScriptedProvider("a", [])
    limits = DeliveryLimits(total_seconds=0.0)
    delivery = deliver("+996555123456", "t", sms_id="s", providers=[first], limits=limits, sleep=lambda seconds: None)
    assert delivery.attempts == ()
