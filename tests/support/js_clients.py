"""supabase-js on node, as the app has pinned it and in the latest version: commands in, answers and events out."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.bytecode import node
from local.paths import CHECKOUT
from tests.support.stack import RunningStack

VERSIONS = ("supabase-js-of-the-app", "supabase-js-latest")
_DRIVER = CHECKOUT / "tests" / "clients" / "driver.mjs"
_SECONDS = 30


@dataclass
class JsClients:
    """Node process with any number of clients, each with a name of its own."""

    process: subprocess.Popen[str]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), init=False)
    _answers: dict[int, dict[str, Any]] = field(default_factory=dict, init=False)
    _lines: queue.Queue[str | None] = field(default_factory=queue.Queue, init=False)
    events: list[dict[str, Any]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def open(self, client: str, token: str | None = None) -> None:
        """Make a client, signed in or a guest."""
        self._command("open", client=client, token=token)

    def call(self, client: str, *chain: Sequence[Any]) -> Any:
        """Call methods one after the other and await the result: data, error, status, count."""
        return self._command("call", client=client, chain=list(chain))

    def subscribe(self, client: str, channel: str, *bindings: dict[str, Any]) -> dict[str, Any]:
        """Join a channel; gives the service's word about its subscription."""
        known = len(self.events)
        self._command("subscribe", client=client, channel=channel, bindings=list(bindings))
        return self.wait_for("system", client, channel, after=known)

    def join(self, client: str, channel: str, *bindings: dict[str, Any], private: bool = False) -> str:
        """Join a channel; gives the first status that the client tells."""
        known = len(self.events)
        self._command("subscribe", client=client, channel=channel, bindings=list(bindings), private=private)
        return str(self.wait_for("status", client, channel, after=known)["status"])

    def leave(self, client: str, channel: str) -> str:
        """Leave a channel; gives the answer. After its last channel a client also disconnects."""
        return str(self._command("leave", client=client, channel=channel))

    def drop(self, client: str) -> None:
        """Cut the client's connection."""
        self._command("drop", client=client)

    def change_token(self, client: str, token: str) -> None:
        """Give the client a new token."""
        self._command("change", client=client, token=token)

    def wait_for(self, kind: str, client: str, channel: str, *, after: int = 0) -> dict[str, Any]:
        """Wait for the first new event of this kind and return its payload."""
        return self.wait_until(
            lambda event: (event["event"], event["client"], event["channel"]) == (kind, client, channel), after=after
        )

    def wait_until(self, matches: Any, *, after: int = 0) -> dict[str, Any]:
        """Wait for the first event that matches and return its payload."""
        until = time.monotonic() + _SECONDS
        while True:
            found = next((event for event in self.events[after:] if matches(event)), None)
            if found is not None:
                payload: dict[str, Any] = found["payload"]
                return payload
            self._take(until)

    def changes(self, client: str) -> list[dict[str, Any]]:
        """Return the changes of rows that a client has received so far."""
        return [one["payload"] for one in self.events if one["event"] == "change" and one["client"] == client]

    def _command(self, command: str, **rest: Any) -> Any:
        number, until = next(self._numbers), time.monotonic() + _SECONDS
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": number, "command": command, **rest}) + "\n")
        self.process.stdin.flush()
        while number not in self._answers:
            self._take(until)
        answer = self._answers.pop(number)
        assert "failure" not in answer, answer["failure"]
        return answer["result"]

    def _take(self, until: float) -> None:
        try:
            line = self._lines.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"nothing came in {_SECONDS} seconds; so far: {self.events}") from None
        assert line is not None, "node has ended"
        said = json.loads(line)
        if "id" in said:
            self._answers[said["id"]] = said
        else:
            self.events.append(said)

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def js_clients(stack: RunningStack, package: str) -> Iterator[JsClients]:
    """Yield a node process with this version of the package."""
    command = [str(node()), str(_DRIVER), package, stack.supabase_url, stack.keyring.supabase_publishable_key]
    environ = {**os.environ, "NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=CHECKOUT,
        env=environ,
    ) as process:
        try:
            yield JsClients(process)
        finally:
            process.kill()
