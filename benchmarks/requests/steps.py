"""Measured requests: for each its function and its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.requests.scene import Scene
from benchmarks.requests.sides import Event


@dataclass(frozen=True)
class Step:
    """Request of the table. `twin` names the endpoint of the plain twin, if it has one."""

    name: str
    function: str
    events: Callable[[Scene, int], list[Event]]
    twin: str = ""


def code_requests(scene: Scene, phones: Sequence[str]) -> list[Event]:
    """Return a request of a code for each phone."""
    return [scene.event("POST", "/api/auth/request-code", {"phone": phone}) for phone in phones]


def _codes(scene: Scene, number: int) -> list[Event]:
    return code_requests(scene, scene.phones(number))


def _logins(scene: Scene, number: int) -> list[Event]:
    phones = scene.phones(number)
    scene.send_codes(phones)
    return [
        scene.event("POST", "/api/auth/verify-code", {"phone": phone, "code": scene.services.code_sent_to(phone)})
        for phone in phones
    ]


def _me(scene: Scene, number: int) -> list[Event]:
    return [scene.event("GET", "/api/auth/me", token=token) for token in scene.tokens[:number]]


def _listing(scene: Scene, number: int) -> list[Event]:
    resource = "/api/listings/{listing_id}"
    return [scene.event("GET", f"/api/listings/{listing}", resource=resource) for listing in scene.listings[:number]]


def _cached(scene: Scene, number: int) -> list[Event]:
    return [scene.event("GET", "/api/listings", query={"limit": "20"}) for _ in range(number)]


def _uncached(scene: Scene, number: int) -> list[Event]:
    # Each page is different, so no cache has it.
    return [
        scene.event("GET", "/api/listings", query={"category": "car", "price_min": scene.phones(1)[0][-6:]})
        for _ in range(number)
    ]


def _upload_sessions(scene: Scene, number: int) -> list[Event]:
    body = {"title": "Camry", "fileSize": 20_000_000, "duration": 20.5, "contentType": "video/mp4"}
    return [scene.event("POST", "/api/video/create", body, token=token) for token in scene.uploaders(number)]


def _messages(scene: Scene, number: int) -> list[Event]:
    people = dict(zip(scene.users, scene.tokens, strict=True))
    threads = scene.conversations(number)
    return [
        scene.event(
            "POST",
            f"/api/chat/threads/{thread}/messages",
            {"text": f"Здравствуйте, ещё продаёте? {place}"},
            token=people[user],
            resource="/api/chat/threads/{thread_id}/messages",
        )
        for place, (thread, user) in enumerate(zip(threads, scene.users, strict=False))
    ]


STEPS = (
    Step("request_code", "request_code", _codes, twin="request_code"),
    Step("verify_code", "verify_code", _logins, twin="verify_code"),
    Step("session", "session", _me, twin="session"),
    Step("listing", "listings", _listing),
    Step("feed_cached", "listings", _cached),
    Step("feed_uncached", "listings", _uncached),
    Step("chat_send", "chat", _messages),
    Step("upload_session", "video_token", _upload_sessions),
    Step("health", "health", lambda scene, number: [scene.event("GET", "/health") for _ in range(number)]),
)
