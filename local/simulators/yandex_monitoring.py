"""Yandex Monitoring: reading metrics of the API gateway and the CDN. The gateway's are measured, or set by hand.

A metric has a series for each path, operation, release and value, and sums of them with the label `total`. A query
without any of these labels gets them all, like at the real service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import aiohttp
from aiohttp import web

from local.simulators import yandex_cdn_series
from local.simulators.switch import BadSwitch, Switch, caller_stayed, reset

# `parts`: without published sums.
MODES = ("ok", "dead", "slow", "http_500", "denied", "garbage", "silent", "parts")
_QUERY = re.compile(
    r'(?P<sum>series_sum\("(?P<by>[a-z]+)", )?"api_gateway\.(?P<metric>[a-z_]+)"\{(?P<labels>[^}]*)\}\)?'
)
_SELECTOR = re.compile(r'([a-z_]+)(!?=)"([^"]*)"')
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Of MetricsData.read; sums of other aggregations are not simulated.
_AGGREGATIONS, _FILLINGS = ("AVG", "SUM"), ("NONE", "NULL", "PREVIOUS")
_LABELS = {"requests_count_per_second": "code", "requests_latency_milliseconds": "bin"}


@dataclass(frozen=True)
class Traffic:
    """Answers of the last seconds, by status and by bucket of milliseconds (its upper bound, or `inf`)."""

    codes: dict[str, int] = field(default_factory=dict)
    bins: dict[str, int] = field(default_factory=dict)


Measure = Callable[[int], Awaitable[Traffic]]
Labels = dict[str, str]


@dataclass
class YandexMonitoring:
    """Service's side. `measure` returns the traffic of so many last seconds."""

    folder: str
    gateway: str
    api_key: str
    measure: Measure
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    paths: int = 3
    by_hand: Traffic | None = None
    cdn: yandex_cdn_series.CdnSeries = field(default_factory=lambda: yandex_cdn_series.CdnSeries(""))

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix, and the metadata service of a running function beside it."""
        app.router.add_post(f"{prefix}/monitoring/v2/data/read", self.handle)
        app.router.add_get(f"{prefix}/computeMetadata/v1/instance/service-accounts/default/token", self.token)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode; `codes` and `bins` replace the gateway's own metrics until they are empty."""
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
            if cdn := yandex_cdn_series.QUERY.fullmatch(asked["query"]):
                return self._read_cdn(cdn, asked)
            match = _QUERY.fullmatch(asked["query"])
            start, end = (datetime.fromisoformat(asked[name]) for name in ("fromTime", "toTime"))
            grid = int(asked["downsampling"]["gridInterval"])
        except (ValueError, KeyError, TypeError):
            match, start, end, grid = None, _NEVER, _NEVER, 1
        if match is None or match["metric"] not in _LABELS or bool(match["sum"]) != asked["query"].endswith(")"):
            return web.json_response({"code": 3, "message": "bad query", "details": []}, status=400)
        seconds = int((end - start).total_seconds())
        traffic = self.by_hand or await self.measure(seconds)
        label = _LABELS[match["metric"]]
        counts = {} if self.switch.mode == "silent" else traffic.codes if label == "code" else traffic.bins
        found = [each for each in self._published(label, counts) if _fits(each[0], match["labels"])]
        if match["by"]:
            found = _summed(found, match["by"])
        stamps = list(range(int(start.timestamp() * 1000), int(end.timestamp() * 1000), grid))
        series = [
            {
                "name": f"api_gateway.{match['metric']}",
                "labels": labels,
                "type": "DGAUGE",
                "timeseries": {"timestamps": stamps, "doubleValues": [count / max(seconds, 1)] * len(stamps)},
            }
            for labels, count in found
        ]
        return web.json_response({"metrics": series})

    def _read_cdn(self, query: re.Match[str], asked: Mapping[str, Any]) -> web.Response:
        """Read one metric of the CDN; raises KeyError, ValueError or TypeError for a bad query."""
        start, end = (datetime.fromisoformat(asked[name]) for name in ("fromTime", "toTime"))
        wanted = asked["downsampling"]
        grid, how = int(wanted["gridInterval"]), wanted.get("gridAggregation", "AVG")
        if grid <= 0 or end <= start or how not in _AGGREGATIONS or wanted.get("gapFilling", "NULL") not in _FILLINGS:
            raise ValueError("bad query")
        labels = self.cdn.labels()
        found = self.cdn.points(query["metric"], start, end, grid, how) if _fits(labels, query["labels"]) else None
        if self.switch.mode == "silent" or not found or not found["timestamps"]:
            return web.json_response({"metrics": []})
        series = {"name": query["metric"], "labels": labels, "type": "DGAUGE", "timeseries": found}
        return web.json_response({"metrics": [series]})

    def _published(self, label: str, counts: Mapping[str, float]) -> Iterator[tuple[Labels, float]]:
        """Return every series of a metric: the parts, and their sums by path, by operation and over all."""
        common = {"service": "serverless-apigateway", "gateway": self.gateway, "release": "stable"}
        for value, count in counts.items():
            for number in range(self.paths):
                part = {"path": f"/api/path-{number}/{{id}}", "operation": f"operation_{number}"}
                yield {**common, **part, label: value}, count / self.paths
                if self.switch.mode != "parts":
                    yield {**common, **part, "operation": "total", label: value}, count / self.paths
                    yield {**common, **part, "path": "total", label: value}, count / self.paths
            if self.switch.mode != "parts":
                yield {**common, "path": "total", "operation": "total", label: value}, count


def _fits(labels: Labels, selectors: str) -> bool:
    """Return True if a series has the labels of a query: `*` for any value, `|` between several."""
    for name, sign, wanted in _SELECTOR.findall(selectors):
        is_one = any(fnmatchcase(labels[name], each) for each in wanted.split("|")) if name in labels else False
        if is_one != (sign == "="):
            return False
    return True


def _summed(found: list[tuple[Labels, float]], by: str) -> list[tuple[Labels, float]]:
    """Sum the series into one for each value of a label."""
    sums: dict[str, float] = {}
    for labels, count in found:
        sums[labels[by]] = sums.get(labels[by], 0.0) + count
    return [({by: value}, count) for value, count in sums.items()]


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
