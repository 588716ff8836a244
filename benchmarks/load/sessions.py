"""Kinds of sessions, their steps, and the two mixes of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.load.world import Person, World


@dataclass
class Memory:
    """Memory of a session: its user and the content of earlier answers."""

    person: Person
    world: World
    random: Random
    is_guest: bool = False
    cursor: str = ""
    shown: list[str] = field(default_factory=list)
    thread: str = ""
    video: str = ""
    phone: str = ""
    request: str = ""
    code: str = ""

    def some_listing(self) -> str:
        """Return a listing of the last page, or one by popularity."""
        return self.random.choice(self.shown) if self.shown else self.world.listing(self.random)


@dataclass(frozen=True)
class Call:
    """Request of a step."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Named request of a session. `learn` reads a successful answer. A guest sends a token only where `signed_in`."""

    name: str
    call: Callable[[Memory], Call]
    learn: Callable[[Memory, dict[str, Any]], None] | None = None
    signed_in: bool = False
    needs_code: bool = False


@dataclass(frozen=True)
class SessionKind:
    """Kind of session with its share of all sessions."""

    name: str
    share: float
    draw: Callable[[Random], list[Step]]
    orders_from_providers: bool = False


_DETAILS = {"brand": "Toyota", "model": "Camry", "year": 2018, "mileage": 90000}
_QUERIES = (
    ("category=car&brand=Toyota", 30), ("category=car&brand=Honda&model=Fit", 15), ("category=car", 15),
    ("category=car&brand=Hyundai&sort=price_asc", 8), ("category=real_estate&city=Бишкек", 8),
    ("category=car&price_min=300000&price_max=900000&sort=price_asc", 8), ("category=horse", 4), ("sort=views", 4),
    ("latitude=42.87&longitude=74.57&radius_km=50&sort=nearest", 8),
)  # fmt: skip
_WORDS = (
    ("Toyota Camry", 30),
    ("хонда фит", 20),
    ("Honda", 20),
    ("красная тойота", 10),
    ("2-комнатная Бишкек", 15),
    ("Toyta", 5),
)


def _key() -> str:
    return str(uuid.uuid4())


def _remember_page(memory: Memory, data: dict[str, Any]) -> None:
    memory.shown = [row["id"] for row in data["listings"]]
    memory.cursor = data.get("next_cursor") or ""


def _feed(memory: Memory) -> Call:
    return Call("GET", "/api/listings?limit=20" + (f"&cursor={memory.cursor}" if memory.cursor else ""))


def _filtered(memory: Memory) -> Call:
    query = memory.random.choices([q for q, _ in _QUERIES], [w for _, w in _QUERIES])[0]
    return Call("GET", f"/api/listings?limit=20&{query}")


def _words(memory: Memory) -> Call:
    words = memory.random.choices([q for q, _ in _WORDS], [w for _, w in _WORDS])[0]
    return Call("GET", f"/api/listings/search?limit=20&q={words}")


def _new_upload(memory: Memory) -> Call:
    body = {"title": "Toyota Camry 2018", "fileSize": memory.random.randrange(5_000_000, 80_000_000), "duration": 60}
    return Call("POST", "/api/video/create", body, {"Idempotency-Key": _key(), "X-App-Build": "240"})


def _new_listing(memory: Memory) -> Call:
    body = {"category": "car", "title": "Toyota Camry 2018", "price": 1_200_000, "city": "Бишкек", "details": _DETAILS}
    if memory.video:
        body["video_id"] = memory.video
    return Call("POST", "/api/listings", body, {"Idempotency-Key": _key()})


def _message(memory: Memory) -> Call:
    body = {"body": "Здравствуйте! Ещё продаёте?", "client_message_id": _key()}
    return Call("POST", f"/api/chat/threads/{memory.thread or memory.person.thread_id}/messages", body)


def _of_thread(memory: Memory, rest: str) -> str:
    return f"/api/chat/threads/{memory.thread or memory.person.thread_id}/{rest}"


def _request_code(memory: Memory) -> Call:
    memory.phone = f"+99677{memory.random.randrange(10**7):07}"
    return Call("POST", "/api/auth/request-code", {"phone": memory.phone})


def _verify_code(memory: Memory) -> Call:
    body = {"phone": memory.phone, "code": memory.code or "000000", "requestId": memory.request}
    return Call("POST", "/api/auth/verify-code", body)


FEED = Step("feed", _feed, _remember_page)
FILTERED = Step("feed, filtered", _filtered, _remember_page)
SEARCH = Step("search", _words, _remember_page)
READ = Step("listing", lambda m: Call("GET", f"/api/listings/{m.some_listing()}"))
LIKE = Step("like", lambda m: Call("POST", f"/api/listings/{m.some_listing()}/like"), signed_in=True)
UPLOAD = Step("upload session", _new_upload, lambda m, d: setattr(m, "video", d["videoId"]), signed_in=True)
CREATE = Step("create listing", _new_listing, signed_in=True)
MINE = Step("own listings", lambda _: Call("GET", "/api/listings/mine"), signed_in=True)
THREADS = Step("conversations", lambda _: Call("GET", "/api/chat/threads"), signed_in=True)
MESSAGES = Step("messages", lambda m: Call("GET", _of_thread(m, "messages")), signed_in=True)
SEND = Step("send message", _message, signed_in=True)
MARK_READ = Step("mark read", lambda m: Call("POST", _of_thread(m, "read")), signed_in=True)
REQUEST_CODE = Step("request code", _request_code, lambda m, d: setattr(m, "request", d["requestId"]))
VERIFY_CODE = Step("verify code", _verify_code, needs_code=True)
ME = Step("own account", lambda _: Call("GET", "/api/auth/me"), signed_in=True)
ALL_STEPS = (
    FEED, FILTERED, SEARCH, READ, LIKE, UPLOAD, CREATE, MINE, THREADS, MESSAGES, SEND, MARK_READ, ME, REQUEST_CODE,
    VERIFY_CODE,
)  # fmt: skip


def _scroll(random: Random) -> list[Step]:
    steps = []
    for _ in range(random.randint(1, 8)):
        steps.append(FEED)
        if random.random() < 0.3:
            steps.append(READ)
            steps += [LIKE] if random.random() < 0.05 else []
    return steps


def _search(random: Random) -> list[Step]:
    return [*(SEARCH if random.random() < 0.2 else FILTERED for _ in range(3)), READ, READ]


def _chat(random: Random) -> list[Step]:
    return [THREADS, MESSAGES, *[SEND] * random.randint(2, 4), MARK_READ]


def _sell(_random: Random) -> list[Step]:
    return [MINE, UPLOAD, CREATE]


def _log_in(_random: Random) -> list[Step]:
    return [REQUEST_CODE, VERIFY_CODE, ME]


MIXES: dict[str, tuple[SessionKind, ...]] = {
    # The audit's: 70 % read the feed, 20 % upload, 10 % chat.
    "audit": (
        SessionKind("scroller", 70, _scroll),
        SessionKind("seller", 20, _sell, orders_from_providers=True),
        SessionKind("chatter", 10, _chat),
    ),
    "full": (
        SessionKind("scroller", 70, _scroll),
        SessionKind("searcher", 18, _search),
        SessionKind("chatter", 7, _chat),
        SessionKind("seller", 3, _sell, orders_from_providers=True),
        SessionKind("login", 2, _log_in, orders_from_providers=True),
    ),
}


def mix_for(name: str, *, has_simulated_providers: bool) -> tuple[SessionKind, ...]:
    """Return a mix, without sessions that would order from real providers."""
    return tuple(kind for kind in MIXES[name] if has_simulated_providers or not kind.orders_from_providers)


def mean_steps(mix: Sequence[SessionKind]) -> float:
    """Return the mean number of requests of a session."""
    random, draws = Random(1), 1000  # noqa: S311 - the same draws in every run
    shares = sum(kind.share for kind in mix)
    return sum(kind.share / shares * sum(len(kind.draw(random)) for _ in range(draws)) / draws for kind in mix)


def step_shares(mix: Sequence[SessionKind]) -> dict[str, float]:
    """Return each step's share of all requests of a mix."""
    random, counts = Random(1), dict[str, float]()  # noqa: S311 - the same draws in every run
    for kind in mix:
        for _ in range(1000):
            for step in kind.draw(random):
                counts[step.name] = counts.get(step.name, 0) + kind.share
    total = sum(counts.values())
    return {name: count / total for name, count in sorted(counts.items(), key=lambda item: -item[1])}
