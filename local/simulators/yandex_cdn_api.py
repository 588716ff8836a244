"""Yandex Cloud CDN: one resource with its rules, purging within its limits, and the files cached by its edge."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators.edge_cache import EdgeCache
from local.simulators.faults import Faults
from local.simulators.proto_json import canonical, operation
from local.simulators.yandex_iam import Iam
from local.simulators.yandex_views import problem

_MAX_PATHS = 10


def _faults() -> Faults:
    """Longest time until a purge reaches the edges."""
    return Faults(
        {"minute_seconds": (0, 60), "purge_seconds": (0, 900)}, {"minute_seconds": 60.0, "purge_seconds": 5.0}
    )


@dataclass
class YandexCdn:
    """Provider's side of one resource."""

    resource_id: str
    knows: Callable[[str], bool]
    faults: Faults = field(default_factory=_faults)
    options: dict[str, Any] = field(default_factory=dict, init=False)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    purged: list[list[str]] = field(default_factory=list, init=False)
    certificate: str = field(default="READY", init=False)
    cache: EdgeCache = field(init=False)
    _purged_at: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self.cache = EdgeCache(lambda: self.options, lambda: list(self.rules.values()))

    @classmethod
    def with_iam(cls, resource_id: str, iam: Iam) -> YandexCdn:
        """Build with the tokens of a service account."""
        return cls(resource_id, iam.knows)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        at = f"{prefix}/cdn/v1"
        for method, path, handler in (
            ("GET", f"{at}/resources/{{id}}", self._read),
            ("PATCH", f"{at}/resources/{{id}}", self._change),
            ("GET", f"{at}/rules", self._list_rules),
            ("POST", f"{at}/rules", self._create_rule),
            ("PATCH", f"{at}/rules/{{rule}}", self._change_rule),
            ("DELETE", f"{at}/rules/{{rule}}", self._remove_rule),
            ("POST", f"{at}/cache/{{id}}:purge", self._purge),
        ):
            app.router.add_route(method, path, self._guarded(handler))

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a mode and numbers from the console."""
        self.faults.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        rules = [rule["name"] for rule in self.rules.values()]
        return {
            **self.faults.state(),
            "rules": rules,
            "purges": len(self.purged),
            "last": self.purged[-1:],
            "cache": dict(self.cache.counts),
        }

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self.knows(request.headers.get("Authorization", "")):
                return problem(401, "The token is invalid")
            if request.match_info.get("id", self.resource_id) != self.resource_id:
                return problem(404, "Resource not found")
            return await self.faults.around(request, lambda: handler(request))

        return guarded

    async def _read(self, _request: web.Request) -> web.Response:
        certificate = {"type": "CM", "status": self.certificate}
        shown = {"id": self.resource_id, "active": True, "options": self.options, "sslCertificate": certificate}
        return web.json_response(canonical(shown))

    async def _change(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        self.options |= asked.get("options", {})
        return _done("UpdateResourceMetadata", {"resourceId": self.resource_id})

    async def _list_rules(self, _request: web.Request) -> web.Response:
        return web.json_response(canonical({"rules": list(self.rules.values())}))

    async def _create_rule(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        if not 1 <= len(asked.get("rulePattern", "")) <= 100 or not 0 <= int(asked.get("weight", 0)) <= 9999:
            return problem(400, "rule_pattern or weight")
        if any(rule["name"] == asked["name"] for rule in self.rules.values()):
            return problem(400, "The name is taken")
        number = str(len(self.rules) + 1 + int(time.time() * 1000) % 100_000 * 100)
        self.rules[number] = {"id": number, **_rule(asked)}
        return _done("CreateResourceRuleMetadata", {"resourceId": self.resource_id, "ruleId": number})

    async def _change_rule(self, request: web.Request) -> web.Response:
        held = self.rules.get(request.match_info["rule"])
        if held is None:
            return problem(404, "Rule not found")
        held |= _rule(json.loads(await request.read()))
        return _done("UpdateResourceRuleMetadata", {"resourceId": self.resource_id, "ruleId": held["id"]})

    async def _remove_rule(self, request: web.Request) -> web.Response:
        if self.rules.pop(request.match_info["rule"], None) is None:
            return problem(404, "Rule not found")
        return _done("DeleteResourceRuleMetadata", {"resourceId": self.resource_id})

    async def _purge(self, request: web.Request) -> web.Response:
        paths = json.loads(await request.read()).get("paths", [])
        if len(paths) > _MAX_PATHS or any("*" in path[:-1] or not path.startswith("/") for path in paths):
            return problem(400, "paths")
        wait = self._purged_at + self.faults.parameters["minute_seconds"] - time.monotonic()
        if wait > 0:
            return problem(429, "One purge a minute")
        self._purged_at = time.monotonic()
        self.purged.append(paths)
        self.cache.purge(paths, in_seconds=self.faults.parameters["purge_seconds"])
        return _done("PurgeCacheMetadata", {"resourceId": self.resource_id})


def _rule(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("name", "rulePattern", "weight", "options") if name in asked}


def _done(kind: str, metadata: dict[str, str]) -> web.Response:
    return web.json_response(operation("op1", f"cdn.v1.{kind}", metadata))
