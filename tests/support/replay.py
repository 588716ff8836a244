"""Server that gives recorded answers, one after the other, and keeps the requests that it got."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.support.recorded import Answer, Exchange, Leaves, Request, leaves


@dataclass(frozen=True)
class Got:
    """Request as it arrived; header names as sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: httpx.Headers
    body: bytes


@dataclass
class Replay:
    """`answers` are given in order, the last one again and again. `url` stands for the recorded host."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)

    def play(self, *exchanges: Exchange) -> None:
        """Give the answers of these samples from now on."""
        self.got.clear()
        self.answers = [each.answer for each in exchanges]

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have come."""
        until = time.monotonic() + 5
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.01)

    def next(self) -> Answer:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def replaying() -> Iterator[Replay]:
    """Serve from a thread."""
    replay = Replay()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = httpx.Headers(list(self.headers.items()))
            replay.got.append(Got(self.command, parts.path, query, headers, body))
            answer = replay.next()
            text = answer.body.replace("{url}", replay.url).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    replay.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fields_of(got: Got) -> Leaves:
    """Return the fields of a body."""
    return leaves(got.body, got.headers.get("Content-Type", ""))


def mismatches(got: Got, sample: Request, *, free: tuple[str, ...] = ()) -> list[str]:
    """Tell how a request of ours differs from the sample. `free`: fields whose values differ each time."""
    told = [
        f"{name}: {found!r} instead of {wanted!r}"
        for name, found, wanted in (
            ("method", got.method, sample.method),
            ("path", got.path, sample.path),
            ("query", got.query, dict(sample.query)),
            *((name, got.headers.get(name), value) for name, value in sample.headers.items()),
        )
        if found != wanted
    ]
    if told:
        return told
    found, wanted = fields_of(got), leaves(sample.body, sample.headers.get("Content-Type", ""))
    told += [f"lacks {name}" for name in wanted.keys() - found.keys()]
    told += [f"adds {name}" for name in found.keys() - wanted.keys()]
    for name in (found.keys() & wanted.keys()) - set(free):
        if found[name] != wanted[name] or type(found[name]) is not type(wanted[name]):
            told.append(f"{name}: {found[name]!r}, not {wanted[name]!r}")
    if sample.published:
        told += [f"{name} is in no document" for name in found if name not in sample.published]
    return sorted(told)
