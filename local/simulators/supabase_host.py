"""Machine of a hosted Supabase project: its metrics in the Prometheus format, set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from aiohttp import web

from local.simulators.switch import BadSwitch, Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500", "denied", "garbage", "silent")
_DISK, _MEMORY, _PROCESSORS = 8e9, 4e9, 2


@dataclass
class SupabaseHost:
    """Service's side; `used` holds percents of disk, memory and cpu. `jwt_secret` proves service keys."""

    jwt_secret: str
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=lambda: {"disk": 20.0, "memory": 40.0, "cpu": 10.0})

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the endpoint below a prefix."""
        app.router.add_get(f"{prefix}/customer/v1/privileged/metrics", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode, and percents: `{"mode": "ok", "disk": 91}`."""
        parameters = {name: body.pop(name) for name in list(self.used) if name in body}
        if not all(isinstance(value, int | float) and 0 <= value <= 1000 for value in parameters.values()):
            raise BadSwitch("disk, memory and cpu are percents")
        self.switch.turn(body)
        self.used |= parameters

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), **self.used, "requests": dict(self.requests)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests["metrics"] = self.requests.get("metrics", 0) + 1
        mode = self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500)
        if mode == "denied" or not self._may_read(request):
            return web.Response(status=401)
        if mode == "garbage":
            return web.Response(text="node_load5{ 1\n")
        return web.Response(text="" if mode == "silent" else self._text(), content_type="text/plain")

    def _may_read(self, request: web.Request) -> bool:
        try:
            login = aiohttp.BasicAuth.decode(request.headers.get("Authorization", ""))
            claims = jwt.decode(login.password, self.jwt_secret, algorithms=["HS256"])
        except (ValueError, jwt.InvalidTokenError):
            return False
        return login.login == "service_role" and claims.get("role") == "service_role"

    def _text(self) -> str:
        idle = "".join(
            f'node_cpu_seconds_total{{cpu="{cpu}",mode="{mode}"}} 1000\n'
            for cpu in range(_PROCESSORS)
            for mode in ("idle", "user")
        )
        return (
            "# HELP node_filesystem_avail_bytes Filesystem space available to non-root users in bytes.\n"
            "# TYPE node_filesystem_avail_bytes gauge\n"
            f'node_filesystem_avail_bytes{{device="/dev/nvme1n1",fstype="ext4",mountpoint="/data"}} '
            f"{_DISK * (1 - self.used['disk'] / 100)}\n"
            'node_filesystem_avail_bytes{device="/dev/nvme0n1p2",fstype="ext4",mountpoint="/"} 1000\n'
            "# TYPE node_filesystem_size_bytes gauge\n"
            f'node_filesystem_size_bytes{{device="/dev/nvme1n1",fstype="ext4",mountpoint="/data"}} {_DISK}\n'
            'node_filesystem_size_bytes{device="/dev/nvme0n1p2",fstype="ext4",mountpoint="/"} 1000\n'
            "# TYPE node_memory_MemAvailable_bytes gauge\n"
            f"node_memory_MemAvailable_bytes {_MEMORY * (1 - self.used['memory'] / 100)}\n"
            "# TYPE node_memory_MemTotal_bytes gauge\n"
            f"node_memory_MemTotal_bytes {_MEMORY}\n"
            f"# TYPE node_load5 gauge\nnode_load5 {self.used['cpu'] * _PROCESSORS / 100}\n"
            f"# TYPE node_cpu_seconds_total counter\n{idle}"
        )
