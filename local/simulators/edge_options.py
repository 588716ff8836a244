"""Options of a CDN resource and its rules as applied by an edge, with the provider's own defaults.

Where the provider's documents leave a choice, the worse one is simulated: an option that is not enabled ignores queries
and cookies, serves stale files, and caches uncacheable answers for four days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

DEFAULT_SECONDS = 345_600
_AS_ORIGIN = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308}
_SIMPLE = {200, 206, 301, 302}
_STALE = ["error", "updating"]
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Options = Mapping[str, Any]


def options_for(path: str, resource: Options, rules: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the options of the resource, overridden by the matching rule of the lowest weight."""
    found = dict(resource)
    for rule in sorted(rules, key=lambda rule: int(rule.get("weight", 0))):
        if re.search(rule.get("rulePattern", ""), path):
            own: Options = rule.get("options", {})
            return found | {name: option for name, option in own.items() if _is_named(option)}
    return found


def kept_seconds(options: Options, status: int, headers: Mapping[str, str]) -> int:
    """Return the seconds for which an answer of the origin is cached; 0: not at all."""
    if value(options, "disableCache", default=False):
        return 0
    edge = options.get("edgeCacheSettings", {})
    if not edge.get("enabled") or "value" not in edge:
        told = _directives(headers.get("Cache-Control", ""))
        if "public" in told and told.get("max-age", "").isdigit():
            return int(told["max-age"])
        default = int(edge.get("defaultValue", DEFAULT_SECONDS)) if edge.get("enabled") else DEFAULT_SECONDS
        return default if status in _AS_ORIGIN else 0
    times = edge["value"]
    by_code = times.get("customValues", {})
    if str(status) in by_code or "any" in by_code:
        return int(by_code.get(str(status), by_code.get("any", 0)))
    return int(times.get("simpleValue", 0)) if status in _SIMPLE else 0


def may_keep(options: Options) -> bool:
    """Return False if no answer at all would be cached, so that the edge passes requests unchanged."""
    told = {"Cache-Control": "public, max-age=1"}
    return any(kept_seconds(options, status, told) for status in (200, 206, 301, 302, 307, 308, 404, 500))


def query_key(options: Options, query: str) -> str:
    """Return the part of a query in the cache key."""
    chosen = options.get("queryParamsOptions", {})
    pairs = parse_qsl(query, keep_blank_values=True)
    if value(chosen, "queryParamsWhitelist", default=None) is not None:
        return urlencode([pair for pair in pairs if pair[0] in chosen["queryParamsWhitelist"]["value"]])
    if value(chosen, "queryParamsBlacklist", default=None) is not None:
        return urlencode([pair for pair in pairs if pair[0] not in chosen["queryParamsBlacklist"]["value"]])
    return "" if value(chosen, "ignoreQueryString", default=True) else query


def cookie_key(options: Options, cookies: str) -> str:
    """Return the part of the cookies in the cache key."""
    return "" if value(options, "ignoreCookie", default=True) else cookies


def viewer_cache_control(options: Options, status: int, own: str | None) -> str | None:
    """Return the `Cache-Control` for the viewer; without any the provider's four days."""
    seconds = value(options, "browserCacheSettings", default=None)
    if status not in _AS_ORIGIN or (seconds is None and own):
        return own
    return f"max-age={DEFAULT_SECONDS if seconds is None else seconds}, public"


def methods(options: Options) -> list[str]:
    """Return the methods that the edge accepts."""
    found: list[str] = value(options, "allowedHttpMethods", default=_METHODS)
    return found


def kept_methods(options: Options) -> set[str]:
    """Return the methods whose answers are cached."""
    return {"GET", "POST"} if value(options, "proxyCacheMethodsSet", default=False) else {"GET"}


def serves_stale(options: Options, status: int | None) -> bool:
    """Return True if an expired file is served instead of this failure; None: the origin did not answer."""
    listed: list[str] = value(options, "stale", default=_STALE)
    return ("error" in listed or "timeout" in listed) if status is None else f"http_{status}" in listed


def value(options: Options, name: str, *, default: Any) -> Any:
    """Return the value of an enabled option; without a value, the default of its kind."""
    option = options.get(name, {})
    return option.get("value", type(default)() if default is not None else 0) if option.get("enabled") else default


def _is_named(option: Mapping[str, Any]) -> bool:
    return bool(option.get("enabled")) or any(
        isinstance(each, dict) and each.get("enabled") for each in option.values()
    )


def _directives(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.lower().split(","))
    return {name: told for name, _, told in pairs if name}
