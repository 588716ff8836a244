"""Joined channel: its token, its subscription, its end."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.supabase.keys import BadToken, Claims, ProjectKeys
from local.supabase.realtime.bindings import BadBinding
from local.supabase.realtime.feed import Feed
from local.supabase.realtime.protocol import Frame
from local.supabase.realtime.visibility import Event

_NUMBERS = itertools.count(1)
_BINDING_IDS = itertools.count(10_000)
_CLAIMS_MISSING = "Fields `role` and `exp` are required in JWT"
# A new token takes effect after one to three seconds; until then the channel uses the old one.
_RESUBSCRIBE_SECONDS = (1.0, 3.0)


class TokenRefused(Exception):
    """Token that ends or prevents a channel. `code` precedes the sentence in the reply to a join."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def claims_for_channel(keys: ProjectKeys, token: str) -> dict[str, Any]:
    """Return the claims of a channel's token. Raises TokenRefused."""
    try:
        claims = keys.claims(token)
    except BadToken as error:
        raise _refused(error) from None
    if "role" not in claims or "exp" not in claims:
        raise TokenRefused("InvalidJWTToken", _CLAIMS_MISSING)
    return claims


@dataclass
class Channel:
    """Joined channel. `send` queues a frame for the client, `ended` removes the channel."""

    topic: str
    join_ref: str | None
    entries: list[dict[str, Any]]
    claims: Claims
    token: str
    feed: Feed
    send: Callable[[Frame], None]
    ended: Callable[[str], None]
    number: int = field(default_factory=lambda: next(_NUMBERS), init=False)
    bindings: list[tuple[int, dict[str, Any]]] = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.bindings = [(next(_BINDING_IDS), entry) for entry in self.entries]

    @property
    def name(self) -> str:
        """Return the topic without its prefix."""
        return self.topic.removeprefix("realtime:")

    def accepted(self) -> dict[str, Any]:
        """Return the reply to the join: the same bindings in the same order, each with an id."""
        return {"postgres_changes": [{**entry, "id": number} for number, entry in self.bindings]}

    def start(self, after: float = 0) -> None:
        """Subscribe, and watch the expiry of the token."""
        self._cancel()
        if self.bindings:
            self._tasks.append(asyncio.create_task(self._subscribe(after)))
        self._tasks.append(asyncio.create_task(self._watch_expiry()))

    def renew(self, token: str, claims: Claims) -> None:
        """Continue with another token."""
        self.token, self.claims = token, claims
        self.start(random.uniform(*_RESUBSCRIBE_SECONDS))

    def shut_down(self, sentence: str) -> None:
        """End the channel from this side, as the service does for an invalid token."""
        self.system("system", "error", sentence)
        self.close()

    def close(self) -> None:
        """Close the channel and notify the client."""
        self.leave()
        self.send(Frame(self.topic, "phx_close", {}, self.join_ref, self.join_ref))
        self.ended(self.topic)

    def leave(self) -> None:
        """Stop everything without a message."""
        self.feed.forget(self.number)
        self._cancel()

    def system(self, extension: str, status: str, message: str) -> None:
        """Send the client the status of the subscription or of the channel."""
        payload = {"extension": extension, "status": status, "message": message, "channel": self.name}
        self.send(Frame(self.topic, "system", payload, None, self.join_ref))

    async def _subscribe(self, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await self.feed.listen(self.number, self.bindings, self.claims, self._deliver)
        except BadBinding as error:
            self.feed.forget(self.number)
            self.system("postgres_changes", "error", str(error))
        except (OSError, TimeoutError) as error:
            self.system("postgres_changes", "error", f"the database does not answer: {error}")
        else:
            self.system("postgres_changes", "ok", "Subscribed to PostgreSQL")

    async def _watch_expiry(self) -> None:
        await asyncio.sleep(max(0.0, float(self.claims["exp"]) - time.time()) + 0.05)
        self.shut_down("Token has expired 0 seconds ago")

    def _deliver(self, event: Event) -> None:
        self.send(Frame(self.topic, "postgres_changes", {"ids": list(event.ids), "data": event.data}))

    def _cancel(self) -> None:
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks.clear()


def _refused(error: BadToken) -> TokenRefused:
    match error.kind:
        case "expired":
            return TokenRefused("InvalidJWTToken", f"Token has expired {error.expired_seconds} seconds ago")
        case "malformed":
            return TokenRefused("MalformedJWT", "The token provided is not a valid JWT")
        case "unknown_key":
            sentence = "Failed to generate JWT signer, check your JWT secret or JWKS configuration"
            return TokenRefused("JwtSignerError", sentence)
        case _:
            return TokenRefused("JwtSignatureError", "Failed to validate JWT signature")
