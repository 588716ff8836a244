"""The mobile app as an HTTP client: its time-out, its retries, and the patience of its user."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from benchmarks.load.sessions import Call, Memory, Step

_DURATION = re.compile(r"function;dur=([\d.]+)")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
GAVE_UP = "gave up"
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Manners:
    """Behaviour of the app: time-out of a try, pauses before retries, and seconds until the user gives up."""

    timeout: float = 15
    pauses: tuple[float, ...] = (1, 2, 4)
    patience: float = 10


@dataclass
class Outcome:
    """End of a step: `ok`, or a code of the last failure; `tries` counts all sent requests."""

    code: str = NO_ANSWER
    tries: int = 0
    cold: int = 0
    bytes: int = 0
    function_seconds: float | None = None
    last_try_seconds: float = 0.0
    server_errors: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        return self.code == "ok"


class App:
    """Client of one target. `clock` and `sleep` are those of the event loop."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: str,
        run_id: str,
        manners: Manners,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._http, self._base, self._manners = http, base, manners
        self._headers = {"X-Load-Test": run_id, "Accept-Language": "ru"}
        self._clock, self._sleep = clock, sleep

    async def do(self, step: Step, memory: Memory, intended: float) -> Outcome:
        """Send a step's request like the app; ends at the latest with the user's patience."""
        call, outcome = step.call(memory), Outcome()
        gives_up = intended + self._manners.patience
        for pause in (*self._manners.pauses, None):
            await self._try(call, step, memory, outcome, until=min(gives_up, self._clock() + self._manners.timeout))
            if self._clock() >= gives_up:
                outcome.code = outcome.code if outcome.is_ok else GAVE_UP
                return outcome
            if pause is None or not _is_repeated(outcome.code):
                return outcome
            if self._clock() + pause >= gives_up:
                await self._sleep(gives_up - self._clock())
                outcome.code = GAVE_UP
                return outcome
            await self._sleep(pause)
        return outcome

    async def read_code(self, phone: str) -> str:
        """Return the login code received by the simulated phone, an empty text without one."""
        async with self._http.get(f"{self._base}/_local/sms", params={"phone": phone}) as answer:
            found = _CODE.search(await answer.text()) if answer.status == 200 else None
        return found.group() if found else ""

    async def _try(self, call: Call, step: Step, memory: Memory, outcome: Outcome, *, until: float) -> None:
        began = self._clock()
        outcome.tries += 1
        outcome.code = NO_ANSWER
        try:
            async with asyncio.timeout(max(0.0, until - began)):
                await self._exchange(call, step, memory, outcome)
        except (TimeoutError, aiohttp.ClientError, OSError):
            outcome.code = NO_ANSWER
        outcome.last_try_seconds = self._clock() - began

    async def _exchange(self, call: Call, step: Step, memory: Memory, outcome: Outcome) -> None:
        headers = {**self._headers, "X-Local-Address": memory.person.address, **call.headers}
        if step.signed_in or not memory.is_guest:
            headers["Authorization"] = f"Bearer {memory.person.token}"
        url = URL(self._base + call.path)
        async with self._http.request(call.method, url, json=call.body, headers=headers) as answer:
            body = await answer.read()
            outcome.bytes += len(body)
            outcome.cold += answer.headers.get("X-Cold-Start") == "1"
            timing = _DURATION.search(answer.headers.get("Server-Timing", ""))
            outcome.function_seconds = float(timing.group(1)) / 1000 if timing else None
            outcome.server_errors += answer.status >= 500
            outcome.code = "ok" if answer.status < 400 else f"{answer.status} {_code_of(body)}".strip()
            if outcome.is_ok and step.learn is not None:
                outcome.data = _data_of(body)


def _is_repeated(code: str) -> bool:
    """Return True for failures that the app retries: 5xx, time-outs and broken connections, never 4xx."""
    return code == NO_ANSWER or code.startswith("5")


def _code_of(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""


def _data_of(body: bytes) -> dict[str, Any]:
    answer = json.loads(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) else {}
