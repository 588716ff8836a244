"""Server that answers in a way no decent server would: byte by byte, endlessly, or as a proxy before a dead one."""

from __future__ import annotations

import queue
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

Script = Callable[[socket.socket, threading.Event], None]


def whole(status: int, body: str | bytes, *, kind: str = "application/json", headers: str = "") -> Script:
    """Answer at once."""
    content = body.encode() if isinstance(body, str) else body
    return lambda line, _: line.sendall(head(status, len(content), kind=kind, headers=headers) + content)


def head(status: int, length: int, *, kind: str = "application/json", headers: str = "") -> bytes:
    """Status line and header fields of an answer that ends the connection."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "odd"
    return (
        f"HTTP/1.1 {status} {phrase}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        f"Connection: close\r\n{headers}\r\n"
    ).encode()


def dripping(answer: bytes, *, quick: int = 0, gap: float = 0.05) -> Script:
    """Send `quick` bytes at once and every further one after a gap, until the caller hangs up."""

    def script(line: socket.socket, over: threading.Event) -> None:
        line.sendall(answer[:quick])
        for byte in answer[quick:]:
            if over.wait(gap):
                return
            line.sendall(bytes((byte,)))

    return script


def late(answer: bytes, *, early: int = 0, after: float = 2.0) -> Script:
    """Send `early` bytes at once and the rest after one long pause, unless the server ends before."""

    def script(line: socket.socket, over: threading.Event) -> None:
        line.sendall(answer[:early])
        if not over.wait(after):
            line.sendall(answer[early:])

    return script


def endless(start: bytes, piece: bytes) -> Script:
    """Send the start and then the same piece until the caller hangs up."""

    def script(line: socket.socket, over: threading.Event) -> None:
        line.sendall(start)
        while not over.is_set():
            line.sendall(piece)

    return script


@dataclass
class OddServer:
    """Answers every request by `script`; `at_once` begins before anything was read. Keeps what it was sent."""

    url: str
    script: Script
    at_once: bool = False
    read_slowly: bool = False
    ending: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, line: socket.socket) -> None:
        """Serve one connection; `ending` learns whether the caller left early."""
        try:
            if not self.at_once:
                self._read_request(line)
            self.script(line, self.over)
            # Otherwise the caller's next request may come before the end that the test has been told of.
            line.shutdown(socket.SHUT_WR)
        except OSError:
            self.ending.put("left")
        else:
            self.ending.put("stayed")

    def _read_request(self, line: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            piece = line.recv(65536)
            if not piece:
                raise OSError
            request += piece
        start, _, body = request.partition(b"\r\n\r\n")
        names = (one.partition(b":") for one in start.lower().split(b"\r\n")[1:])
        wanted = next((int(value) for name, _, value in names if name == b"content-length"), 0)
        while len(body) < wanted:
            if self.read_slowly:
                if self.over.wait(0.05):
                    return
                piece = line.recv(65536)
                if not piece:
                    raise OSError
                body += piece
            else:
                body += line.recv(65536)
        self.requests.append(start + b"\r\n\r\n" + body)


@pytest.fixture
def odd_server() -> Iterator[OddServer]:
    """Yield a server on this machine; at first it answers 500 with nothing."""
    served = OddServer("", whole(500, ""))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            served.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    served.over.set()
    server.shutdown()
    thread.join()
    server.server_close()
