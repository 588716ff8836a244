"""Yandex Monitoring: reading the API gateway's metrics. The figures are the local gateway's own, or set by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from local.simulators.switch import BadSwitch, Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500", "denied", "garbage", "silent")
_QUERY = re.compile(r'"api_gateway\.([a-z_]+)"\{service="serverless-apigateway", gateway="([^"]+)", (code|bin)="\*"\}')
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LABELS = {"requests_count_per_second": "code", "requests_latency_milliseconds": "bin"}


@dataclass(frozen=True)
class Traffic:
    """Answers of the last seconds, by status and by bucket of milliseconds (its upper bound, or `inf`)."""

    codes: dict[str, int] = field(default_factory=dict)
    bins: dict[str, int] = field(default_factory=dict)


Measure = Callable[[int], Awaitable[Traffic]]


@dataclass
class YandexMonitoring:
    """Service's side. `measure` tells the traffic of so many last seconds."""

    folder: str
    gateway: str
    api_key: str
    measure: Measure
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    by_hand: Traffic | None = None

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Put the interface below a prefix, and the metadata service of a running function beside it."""
        app.router.add_post(f"{prefix}/monitoring/v2/data/read", self.handle)
        app.router.add_get(f"{prefix}/computeMetadata/v1/instance/service-accounts/default/token", self.token)

    def turn(self, body: dict[str, Any]) -> None:
        """Take a new mode; `codes` and `bins` replace the gateway's own figures until they are empty."""
        codes, bins = body.pop("codes", None), body.pop("bins", None)
        self.switch.turn(body)
        if codes is not None or bins is not None:
            if not isinstance(codes, dict) or not isinstance(bins, dict):
                raise BadSwitch("codes and bins must be objects of counts")
            self.by_hand = Traffic(codes, bins) if codes or bins else None

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    async def token(self, request: web.Request) -> web.Response:
        """Return the token of the service account."""
        if request.headers.get("Metadata-Flavor") != "Google":
            return web.Response(status=403)
        return web.json_response({"access_token": self.api_key, "expires_in": 3600, "token_type": "Bearer"})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """MetricsData.read."""
        self.requests["read"] = self.requests.get("read", 0) + 1
        mode = self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500, text="Internal Server Error")
        if mode == "garbage":
            return web.json_response({"metrics": "none"})
        allowed = (f"Api-Key {self.api_key}", f"Bearer {self.api_key}")
        if mode == "denied" or request.headers.get("Authorization") not in allowed:
            return web.json_response({"code": 7, "message": "Permission denied", "details": []}, status=403)
        if request.query.get("folderId") != self.folder:
            return web.json_response({"code": 3, "message": "unknown folder", "details": []}, status=400)
        return await self._read(await request.read())

    async def _read(self, body: bytes) -> web.Response:
        try:
            asked = json.loads(body)
            match = _QUERY.fullmatch(asked["query"])
            start, end = (datetime.fromisoformat(asked[name]) for name in ("fromTime", "toTime"))
            grid = int(asked["downsampling"]["gridInterval"])
        except (ValueError, KeyError, TypeError):
            match, start, end, grid = None, _NEVER, _NEVER, 1
        if match is None or _LABELS.get(match[1]) != match[3]:
            return web.json_response({"code": 3, "message": "bad query", "details": []}, status=400)
        seconds = int((end - start).total_seconds())
        traffic = self.by_hand or await self.measure(seconds)
        counts = traffic.codes if match[3] == "code" else traffic.bins
        if self.switch.mode == "silent" or match[2] != self.gateway:
            counts = {}
        stamps = list(range(int(start.timestamp() * 1000), int(end.timestamp() * 1000), grid))
        series = [
            {
                "name": f"api_gateway.{match[1]}",
                "labels": {"service": "serverless-apigateway", "gateway": self.gateway, match[3]: value},
                "type": "DGAUGE",
                "timeseries": {"timestamps": stamps, "doubleValues": [count / max(seconds, 1)] * len(stamps)},
            }
            for value, count in counts.items()
        ]
        return web.json_response({"metrics": series})


def traffic_of_gateway(address: str) -> Measure:
    """Return a measurement of the local gateway's traffic."""

    async def measure(seconds: int) -> Traffic:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(f"{address}/_local/traffic", params={"seconds": str(seconds)}) as answer,
        ):
            found = await answer.json()
        return Traffic(found["codes"], found["bins"])

    return measure
