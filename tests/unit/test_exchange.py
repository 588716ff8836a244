"""Call to a provider: which request may have arrived, and how often it is tried."""

from __future__ import annotations

import httpx
import pytest

from auto360.providers.transport.bodies import AnswerTooLarge
from auto360.providers.transport.exchange import RetryPolicy, Tries, Unanswered, send

REQUEST = httpx.Request("POST", "https://provider.example/orders")


def client(failure: Exception | None) -> httpx.Client:
    """Return a client whose server fails so, or answers 503."""

    def answer(_request: httpx.Request) -> httpx.Response:
        if failure:
            raise failure
        return httpx.Response(503)

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_response_of_any_status_is_an_answer() -> None:
    assert send(client(None), REQUEST).status_code == 503


@pytest.mark.parametrize(
    ("failure", "code", "arrived"),
    [
        (httpx.ConnectError("refused"), "connect", False),
        (httpx.ConnectTimeout("slow"), "connect", False),
        (httpx.PoolTimeout("busy"), "connect", False),
        (httpx.WriteError("cut"), "no_reply", True),
        (httpx.ReadTimeout("slow"), "no_reply", True),
        (httpx.DecodingError("odd"), "no_reply", True),
        (AnswerTooLarge("long"), "endless_reply", True),
    ],
)
def test_only_a_request_that_was_never_sent_cannot_have_arrived(failure: Exception, code: str, arrived: bool) -> None:  # noqa: FBT001
    with pytest.raises(Unanswered) as unanswered:
        send(client(failure), REQUEST)

    assert (unanswered.value.code, unanswered.value.arrived) == (code, arrived)


def test_waits_double_until_the_tries_are_used_up() -> None:
    waited: list[float] = []
    tries = Tries(RetryPolicy(60, 5, tries=4, first_wait_seconds=0.2), waited.append, lambda: 0.5)

    assert [tries.wait() for _ in range(4)] == [True, True, True, False]
    assert waited == pytest.approx([0.2, 0.4, 0.8])


def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    waited: list[float] = []

    assert Tries(RetryPolicy(60, 5), waited.append).wait(7.0)
    assert waited == [7.0]


def test_no_try_begins_after_the_deadline() -> None:
    waited: list[float] = []
    tries = Tries(RetryPolicy(3, 5), waited.append)

    assert not tries.wait(3.0)
    assert waited == []


def test_a_try_has_its_own_time_and_never_more_than_what_is_left() -> None:
    assert Tries(RetryPolicy(60, 5)).timeout() == 5
    assert 2 < Tries(RetryPolicy(3, 5)).timeout() <= 3
    over = Tries(RetryPolicy(0, 5))
    assert over.is_over()
    assert over.timeout() > 0
