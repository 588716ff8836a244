"""Yandex Cloud CDN over REST (`yandex.cloud.cdn.v1`; docs/reference/video-providers.md, section 3.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import HttpUrl

from auto360.core.settings import EnvSettings
from auto360.providers.cdn import Caching, CdnFailure, Resource, Rule
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import VideoFailure
from auto360.providers.video.http import Exchange
from auto360.providers.video.iam import IamTokens
from auto360.providers.video.parsing import identifier, inner, objects, text, whole

_MAX_PATTERN = 100
_FILES, _REDIRECTS = ("200", "206"), ("301", "302", "307", "308")
_OFF = False


class YandexCdnSettings(EnvSettings):
    """Address of the API, and the resource; without one there is no CDN."""

    yandex_cdn_url: HttpUrl = HttpUrl("https://cdn.api.cloud.yandex.net")
    yandex_cdn_resource_id: str = ""


class YandexCdn:
    """`Cdn` at Yandex Cloud."""

    def __init__(
        self,
        settings: YandexCdnSettings,
        lines: Lines,
        tokens: IamTokens,
        *,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._id, self._tokens = settings.yandex_cdn_resource_id, tokens
        self._exchange = Exchange(
            lines, f"{str(settings.yandex_cdn_url).rstrip('/')}/cdn/v1", retry_policy or RetryPolicy()
        )

    def read(self) -> Resource:
        """Read resource and rules, in two calls."""
        found = self._call("GET", f"/resources/{quote(self._id)}")
        listed = self._call("GET", "/rules", params={"resourceId": self._id})
        return Resource(
            _caching(inner(found.get("options"))),
            tuple(_rule(item) for item in objects(listed.get("rules"))),
            inner(found.get("sslCertificate")).get("status") == "READY",
        )

    def change(self, caching: Caching) -> None:
        """Send the named options only: the call changes only those."""
        self._call("PATCH", f"/resources/{quote(self._id)}", body={"options": _options(caching)})

    def put_rule(self, rule: Rule) -> None:
        """Create, or change by id. Raises ValueError for a pattern longer than the CDN takes."""
        if len(rule.pattern) > _MAX_PATTERN:
            raise ValueError(f"the pattern of {rule.name} is longer than {_MAX_PATTERN} characters")
        body = {
            "resourceId": self._id,
            "name": rule.name,
            "rulePattern": rule.pattern,
            "weight": str(rule.weight),
            "options": _options(rule.caching),
        }
        if rule.id:
            self._call("PATCH", f"/rules/{quote(rule.id)}", body=body)
        else:
            self._call("POST", "/rules", body=body)

    def remove_rule(self, rule: Rule) -> None:
        self._call("DELETE", f"/rules/{quote(rule.id)}", params={"resourceId": self._id})

    def purge(self, paths: Sequence[str]) -> None:
        """Purge paths. Raises ValueError without any: an empty list would purge the whole cache."""
        if not paths:
            raise ValueError("no path to purge")
        self._call("POST", f"/cache/{quote(self._id)}:purge", body={"paths": list(paths)}, may_repeat=False)

    def _call(self, method: str, path: str, **call: Any) -> dict[str, Any]:
        try:
            headers = {"Authorization": f"Bearer {self._tokens.current()}"}
            return self._exchange.call(method, path, headers=headers, **call).body
        except VideoFailure as failure:
            raise CdnFailure(failure.provider_code, retry_after=failure.retry_after) from failure


def _options(caching: Caching) -> dict[str, Any]:
    """Return options in the API's form; 64-bit numbers are sent as texts."""
    options: dict[str, Any] = {}
    if caching.edge_seconds is not None:
        options["edgeCacheSettings"] = {"enabled": True, "value": _times(caching)}
    if caching.browser_seconds is not None:
        options["browserCacheSettings"] = _on(str(caching.browser_seconds))
    elif caching.browser_as_origin:
        options["browserCacheSettings"] = {"enabled": False}
    for name, values in (
        ("cors", caching.cors),
        ("allowedHttpMethods", caching.methods),
        ("stale", caching.stale_on),
    ):
        if values is not None:
            options[name] = _on(list(values))
    options |= _switches(caching)
    if caching.ignore_query is not None:
        options["queryParamsOptions"] = {"ignoreQueryString": _on(caching.ignore_query)}
    if caching.follows_redirects is not None:
        options["followRedirects"] = {"enabled": caching.follows_redirects}
    if caching.https_only is not None:
        options["redirectOptions"] = {"redirectHttpToHttps": _on(caching.https_only)}
    return options


def _switches(caching: Caching) -> dict[str, Any]:
    named = (
        ("slice", caching.slices),
        ("ignoreCookie", caching.ignore_cookies),
        ("proxyCacheMethodsSet", caching.keeps_posts),
    )
    return {name: _on(is_on) for name, is_on in named if is_on is not None}


def _times(caching: Caching) -> dict[str, Any]:
    """Seconds by code: a simple value applies to redirects as well, which are valid for a few hours only."""
    seconds = str(caching.edge_seconds)
    if not caching.edge_seconds or caching.keeps_redirects:
        return {"simpleValue": seconds}
    return {"customValues": {**dict.fromkeys(_FILES, seconds), **dict.fromkeys(_REDIRECTS, "0")}}


def _on(value: object) -> dict[str, object]:
    return {"enabled": True, "value": value}


def _caching(options: Mapping[str, Any]) -> Caching:
    """Parse options; disabled ones are None, the CDN's own default.

    An enabled one without a value has the default of its kind: answers omit zeros, false flags and empty lists.
    """
    edge = inner(options.get("edgeCacheSettings"))
    times = inner(edge.get("value")) if edge.get("enabled") else {}
    codes = inner(times.get("customValues"))
    simple = (
        whole(times.get("simpleValue", 0)) if edge.get("enabled") and not codes else whole(times.get("simpleValue"))
    )
    redirects = [whole(codes.get(code)) or (simple if code not in codes else 0) for code in _REDIRECTS]
    return Caching(
        edge_seconds=whole(codes.get(_FILES[0])) if _FILES[0] in codes else simple,
        keeps_redirects=any(redirects) if edge.get("enabled") else None,
        browser_seconds=whole(_value(options, "browserCacheSettings", 0)),
        browser_as_origin=not inner(options.get("browserCacheSettings")).get("enabled", False),
        cors=_texts(_value(options, "cors", [])),
        methods=_texts(_value(options, "allowedHttpMethods", [])),
        slices=_flag(_value(options, "slice", _OFF)),
        ignore_query=_flag(_value(inner(options.get("queryParamsOptions")), "ignoreQueryString", _OFF)),
        ignore_cookies=_flag(_value(options, "ignoreCookie", _OFF)),
        https_only=_flag(_value(inner(options.get("redirectOptions")), "redirectHttpToHttps", _OFF)),
        stale_on=_texts(_value(options, "stale", [])),
        follows_redirects=bool(inner(options.get("followRedirects")).get("enabled", False)),
        keeps_posts=_flag(_value(options, "proxyCacheMethodsSet", _OFF)),
    )


def _value(options: Mapping[str, Any], name: str, default: object) -> object:
    option = inner(options.get(name))
    return option.get("value", default) if option.get("enabled") else None


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(filter(None, map(text, value))) if isinstance(value, list) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _rule(item: Mapping[str, Any]) -> Rule:
    return Rule(
        text(item.get("name")) or "",
        text(item.get("rulePattern")) or "",
        whole(item.get("weight")) or 0,
        _caching(inner(item.get("options"))),
        id=identifier(item.get("id")) or "",
    )
