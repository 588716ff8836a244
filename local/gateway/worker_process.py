"""Gateway's side of a worker: starts the process, exchanges messages, collects its output."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.gateway.function_log import FunctionLog
from local.gateway.template import FunctionSpec
from local.paths import CHECKOUT

LAYER = CHECKOUT / "layers" / "common"
_WORKER = Path(__file__).with_name("worker.py")
_READ_SIZE = 65536


class WorkerEnded(Exception):
    """Process ended in the middle of a call."""


@dataclass(frozen=True)
class WorkerAnswer:
    """Result of a call."""

    result: Any = None
    error: Mapping[str, Any] | None = None
    duration_ms: float = 0.0
    init_ms: float | None = None


@dataclass
class Worker:
    """Process of one function."""

    spec: FunctionSpec
    environment: Mapping[str, str]
    log: FunctionLog
    signature: int
    idle_since: float = field(default_factory=time.monotonic, init=False)
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _reader: asyncio.StreamReader | None = field(default=None, init=False)
    _writer: asyncio.StreamWriter | None = field(default=None, init=False)
    _init_ms: float | None = field(default=None, init=False)
    _pumps: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    async def start(self) -> None:
        """Start the process; it imports the function asynchronously."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(_WORKER),
                str(theirs.fileno()),
                self.spec.handler,
                str(self.spec.folder),
                str(LAYER),
                env={"PATH": os.environ.get("PATH", os.defpath), **self.environment},
                cwd=self.spec.folder,
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        for name, stream in (("stdout", self._process.stdout), ("stderr", self._process.stderr)):
            if stream is not None:
                self._pumps.append(asyncio.create_task(self._pump(name, stream)))

    async def call(self, event: object, request_id: str, deadline: float) -> WorkerAnswer:
        """Run one call; the first one also waits for the import."""
        first = self._init_ms is None
        if first:
            hello = await self._receive()
            if "error" in hello:
                return WorkerAnswer(error=hello["error"], init_ms=0.0)
            self._init_ms = float(hello["init_ms"])
        context = {
            "function_name": self.spec.name,
            "memory": self.spec.memory,
            "request_id": request_id,
            "deadline_ms": int(deadline * 1000),
        }
        await self._send({"event": event, "context": context})
        answer = await self._receive()
        result = json.loads(answer["result"]) if "result" in answer else None
        init_ms = self._init_ms if first else None
        return WorkerAnswer(result, answer.get("error"), float(answer["duration_ms"]), init_ms)

    @property
    def alive(self) -> bool:
        """Return True while the process runs."""
        return self._process is not None and self._process.returncode is None

    async def stop(self) -> None:
        """End the process at once; it is idle or has exceeded its time."""
        if self._writer is not None:
            self._writer.close()
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        for pump in self._pumps:
            try:
                await asyncio.wait_for(pump, 1)
            except (TimeoutError, asyncio.CancelledError):
                pump.cancel()

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self._writer is None:
            raise WorkerEnded
        data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            self._writer.write(struct.pack("!I", len(data)) + data)
            await self._writer.drain()
        except ConnectionError:
            raise WorkerEnded from None

    async def _receive(self) -> dict[str, Any]:
        if self._reader is None:
            raise WorkerEnded
        try:
            size = struct.unpack("!I", await self._reader.readexactly(4))[0]
            message = json.loads(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise WorkerEnded from None
        return dict(message)

    async def _pump(self, stream: str, reader: asyncio.StreamReader) -> None:
        """Split the function's output into lines."""
        rest = b""
        while chunk := await reader.read(_READ_SIZE):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.log.add(self.spec.name, stream, line)
            if len(rest) > 4 * _READ_SIZE:
                self.log.add(self.spec.name, stream, rest)
                rest = b""
        if rest:
            self.log.add(self.spec.name, stream, rest)
