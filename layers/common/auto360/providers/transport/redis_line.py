"""Line to Redis: commands are pipelined over one kept connection, each exchange bounded in time and size.

Parsing and packing are hiredis'. The client of the redis package is not used: its import is the largest part of a cold
start, and a command through it takes four times as long (docs/decisions/0154).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from auto360.providers.transport.channel import Channel, LineFailed, Server, connect
from auto360.providers.transport.kept import keeps
from auto360.providers.transport.tls import tls_context

Command = Sequence[str | int]

# After a longer pause the connection may be dead without notice.
_KEPT_SECONDS = 10.0
_MAX_BYTES = 16 * 1024 * 1024


class RedisFailed(Exception):
    """No answer, or an error instead of one; contains the kind alone."""


def kind_of(failure: Exception) -> str:
    """Return what may be logged about a failed exchange: nothing of what was answered."""
    return str(failure) if isinstance(failure, RedisFailed) else type(failure).__name__


class RedisLine:
    """Redis at `url`: `redis://user:password@host:port/number`, or `rediss://` for TLS. One exchange at a time."""

    def __init__(self, url: str, *, seconds: float = 0.3) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise ValueError("an address of Redis is needed")
        tls = tls_context() if parts.scheme == "rediss" else None
        self._server = Server(parts.hostname, parts.port or 6379, tls)
        self._greeting = _greeting(unquote(parts.username or ""), unquote(parts.password or ""), parts.path.strip("/"))
        self._seconds, self._lock = seconds, Lock()
        self._kept: tuple[Channel, float] | None = None
        self._expected: Command | None = None
        self._known: tuple[Command, Any] | None = None
        keeps(self)

    def expect(self, command: Command) -> None:
        """Send a command along with the next exchange; `run` then returns its result without another exchange.

        Earlier commands whose results were not used are dropped.
        """
        self._expected, self._known = command, None

    def run(self, *commands: Command) -> list[Any]:
        """Run commands in one exchange and return their results in order. Raises RedisFailed.

        Repeated once where a kept connection proves to be closed, so commands must tolerate a repetition.
        """
        (expected, self._expected), (known, self._known) = (self._expected, None), (self._known, None)
        if known is not None and commands == (known[0],):
            return [known[1]]
        if expected is None or commands == (expected,):
            return self._run(commands)
        *results, early = self._run((*commands, expected))
        self._known = (expected, early)
        return results

    def _run(self, commands: Sequence[Command]) -> list[Any]:
        with self._lock:
            channel, ends_at = self._taken(), time.monotonic() + self._seconds
            try:
                if channel is not None:
                    try:
                        return self._exchanged(channel, commands, ends_at)
                    except LineFailed as failure:
                        if failure.kind.endswith("Timeout"):
                            raise
                return self._exchanged(self._connected(ends_at), commands, ends_at)
            except LineFailed as failure:
                raise RedisFailed(failure.kind) from failure

    def close(self) -> None:
        """Close the connection and drop early results; the line stays usable."""
        kept, self._kept, self._expected, self._known = self._kept, None, None, None
        if kept is not None:
            kept[0].close()

    def _taken(self) -> Channel | None:
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        channel, since = kept
        if time.monotonic() - since < _KEPT_SECONDS and channel.is_quiet():
            return channel
        channel.close()
        return None

    def _connected(self, ends_at: float) -> Channel:
        channel = connect(self._server, ends_at, seconds=self._seconds)
        if self._greeting:
            self._require(_results(channel, self._greeting, ends_at), channel)
        return channel

    def _exchanged(self, channel: Channel, commands: Sequence[Command], ends_at: float) -> list[Any]:
        """Return the results; the connection is kept unless the exchange failed."""
        results = _results(channel, commands, ends_at)
        self._kept = (channel, time.monotonic())
        self._require(results, None)
        return results

    def _require(self, results: list[Any], unusable: Channel | None) -> None:
        error = next((result for result in results if isinstance(result, hiredis.ReplyError)), None)
        if error is not None:
            if unusable is not None:
                unusable.close()
            raise RedisFailed(str(error).partition(" ")[0])


def _greeting(user: str, password: str, number: str) -> list[Command]:
    """Return the commands that open a connection."""
    greeting: list[Command] = []
    if password:
        greeting.append(("AUTH", user, password) if user else ("AUTH", password))
    if number not in ("", "0"):
        greeting.append(("SELECT", number))
    return greeting


def _packed(command: Command) -> bytes:
    # The library's type stubs have one argument only.
    packed: bytes = hiredis.pack_command(tuple(command))  # type: ignore[arg-type]
    return packed


def _results(channel: Channel, commands: Sequence[Command], ends_at: float) -> list[Any]:
    """Send all, then read as many results. Raises LineFailed and closes the connection."""
    reader, results, received = hiredis.Reader(), list[Any](), 0
    try:
        channel.send(b"".join(_packed(command) for command in commands), ends_at)
        while len(results) < len(commands):
            data = channel.receive(ends_at)
            if not data:
                raise LineFailed("ReadError", "the server closed the connection")
            received += len(data)
            if received > _MAX_BYTES:
                raise LineFailed("AnswerTooLarge")
            reader.feed(data)
            while len(results) < len(commands) and (result := reader.gets()) is not False:
                results.append(result)
        if reader.has_data():
            raise LineFailed("RemoteProtocolError", "an answer that was not asked for")
    except hiredis.ProtocolError as error:
        channel.close()
        raise LineFailed("RemoteProtocolError", "not Redis") from error
    except BaseException:
        channel.close()
        raise
    return results
