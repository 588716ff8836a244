"""Switch of a simulator: its active fault, and the faults common to all providers."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SLOW_SECONDS = 30.0


class BadSwitch(Exception):
    """Value unknown to the simulator."""


@dataclass
class Switch:
    """Active mode with its settings."""

    modes: tuple[str, ...]
    settings: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    mode: str = "ok"
    values: dict[str, float] = field(default_factory=dict)

    def turn(self, body: object) -> None:
        """Take a new mode: `{"mode": "status", "status": 5}`."""
        if not isinstance(body, dict) or body.get("mode") not in self.modes:
            raise BadSwitch(f"mode must be one of: {', '.join(self.modes)}")
        mode = str(body["mode"])
        allowed = {"seconds": (0, 600)} | ({mode: self.settings[mode]} if mode in self.settings else {})
        aliases = {"error_code": "error"}
        values: dict[str, float] = {}
        for name, value in body.items():
            key = aliases.get(str(name), str(name))
            if key == "mode":
                continue
            low, high = allowed.get(key, (1, 0))
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise BadSwitch(f"{name} is not a setting of the mode {mode}, or out of its range")
            values[key] = value
        if mode in self.settings and mode not in values:
            raise BadSwitch(f"the mode {mode} needs a number from {self.settings[mode][0]} to {self.settings[mode][1]}")
        self.mode, self.values = mode, values

    def number(self) -> int:
        """Return the number that belongs to the mode, such as the status to answer with."""
        return int(self.values[self.mode])

    def seconds(self) -> float:
        """Return the delay of a slow mode."""
        return self.values.get("seconds", SLOW_SECONDS)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        return {"mode": self.mode, **self.values, "modes": list(self.modes), "needs": dict(self.settings)}


def reset(request: web.Request) -> web.Response:
    """Cut the connection, like the network of a dead host."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


async def caller_stayed(request: web.Request, seconds: float) -> bool:
    """Wait; False as soon as the caller has disconnected."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        if request.transport is None or request.transport.is_closing():
            return False
        await asyncio.sleep(min(0.1, max(0.0, until - loop.time())))
    return request.transport is not None and not request.transport.is_closing()
