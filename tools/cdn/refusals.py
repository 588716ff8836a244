"""Settings forbidden for the CDN before the API: `make cdn-apply` refuses them.

A file may be cached only if its name follows from its content, so that a cached file can never be wrong. Everything
else at our addresses is private, redirects for a few hours, or changes: cached by the CDN, a link that ends in six
hours would be served for a year, and one caller would get the response of another (docs/decisions/0096).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auto360.providers.cdn import Caching, Resource, Rule
from infra.template import Project
from infra.yandex.gateway import addresses

# A name that follows from the content: at least sixteen hexadecimal digits in a row, which no UUID has.
CONTENT_NAME = "[0-9a-f]{16,64}"
_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
_HASH = "9f86d081884c7d65"
_PARAMETER = re.compile(r"\{[^}]*\}")
# Our names that do not depend on their content.
_OTHERS = (
    f"/video/{_ID}/manifest.m3u8",
    f"/videos/{_ID}/yandex.mp4",
    f"/replicas/{_ID}.mp4",
    f"/avatars/{_ID}/avatar_1700000000000.jpg",
    "/hls/720p/segment_0.ts",
    "/listing/photo.webp",
    f"/storage/v1/object/public/avatars/{_ID}/{_HASH}.jpg",
    f"/storage/v1/object/sign/incoming/{_ID}/{_HASH}.webp",
    f"/storage/v1/object/authenticated/incoming/{_ID}/{_HASH}.jpg",
)
_EXPLICIT = (
    "methods", "ignore_query", "ignore_cookies", "slices", "https_only", "stale_on", "follows_redirects", "keeps_posts",
)  # fmt: skip
_PUBLIC = f"/storage/v1/object/public/pictures/{_ID}"
_READING = {"GET", "HEAD", "OPTIONS"}
_YEAR, _DAY = 31_536_000, 86_400
# File names with which an attacker would disguise an address of the API, so that its answer is cached as a file.
_DISGUISES = tuple(f"{_HASH}{end}" for end in ("-720.webp", ".jpg", ".avif", ".ts", ".m4s", ".mp4", "/master.m3u8"))
# Longest times at the edge and at the viewer, by kind of file. No purge reaches a phone: a withdrawable file stays
# there for a day at most.
_KINDS = (
    (f"/{_HASH}-720.webp", _YEAR, _DAY),
    (f"/{_HASH}.mp4", _YEAR, _DAY),
    (f"/{_HASH}.ts", _YEAR, _YEAR),
    (f"/{_HASH}/master.m3u8", 300, 60),
)


def refusals(wanted: Resource, project: Project) -> Iterator[str]:
    """Yield a sentence for each setting that may mix callers, or keep a file beyond its transfer or removal."""
    yield from _of_resource(wanted.caching)
    known = list(_unnamed(project))
    weights = [rule.weight for rule in wanted.rules]
    for rule in wanted.rules:
        if weights.count(rule.weight) > 1:
            yield f"rule {rule.name}: its weight must be its own, or the order of equals is undefined"
        for told in _mixing(rule.caching):
            yield f"rule {rule.name}: {told}"
        if _keeps(rule.caching):
            yield from _of_kept(rule, known)


def _of_resource(caching: Caching) -> Iterator[str]:
    """Yield sentences about the resource, which names every option: an absent one has the provider's default."""
    if caching.edge_seconds != 0:
        yield "resource: edge_seconds must be 0, so that nothing is kept that no rule names"
    if not caching.browser_as_origin:
        yield "resource: browser_as_origin must be true, or phones keep answers that forbid it"
    for told in _mixing(caching):
        yield f"resource: {told}"
    for name in _EXPLICIT:
        if getattr(caching, name) is None:
            yield f"resource: {name} must be named, or the provider's own default holds"
    if not set(caching.methods or ()) <= _READING:
        yield "resource: methods must be GET, HEAD and OPTIONS at most: nothing is written through the CDN"


def _mixing(caching: Caching) -> Iterator[str]:
    """Yield settings that give one caller the answer of another, or an outdated answer."""
    if caching.ignore_query or caching.ignore_cookies:
        yield "ignore_query and ignore_cookies must be false, or callers get each other's answers"
    if caching.stale_on:
        yield "stale_on must be empty: a file that was removed would be served on"
    if caching.follows_redirects:
        yield "follows_redirects must be false: a lasting address would keep the file behind a link that ends"
    if caching.keeps_posts:
        yield "keeps_posts must be false: an answer to a POST belongs to its caller"
    if caching.keeps_redirects:
        yield "redirects must not be kept: they lead to addresses that end"


def _of_kept(rule: Rule, known: Sequence[str]) -> Iterator[str]:
    caught = next((address for address in known if re.search(rule.pattern, address)), None)
    if caught is not None:
        yield f"rule {rule.name}: it keeps {caught}, whose name does not follow from its content"
    elif CONTENT_NAME not in rule.pattern:
        yield f"rule {rule.name}: its pattern must ask for a name from the content, {CONTENT_NAME}"
    for kind, at_edge, at_viewer in _KINDS:
        if re.search(rule.pattern, _PUBLIC + kind):
            if (rule.caching.edge_seconds or 0) > at_edge:
                yield f"rule {rule.name}: edge_seconds of {kind.rpartition('.')[2]} must not exceed {at_edge}"
            if rule.caching.browser_seconds is None or rule.caching.browser_seconds > at_viewer:
                yield f"rule {rule.name}: browser_seconds of {kind.rpartition('.')[2]} must be {at_viewer} at most"
    if re.search(rule.pattern, f"{_PUBLIC}/{_HASH}.mp4") and not rule.caching.slices:
        yield f"rule {rule.name}: slices must be true for films, or one seek pulls the whole file"


def _keeps(caching: Caching) -> bool:
    return caching.edge_seconds != 0 or bool(caching.browser_seconds) or bool(caching.stale_on)


def _unnamed(project: Project) -> Iterator[str]:
    """Every address of the API and of the pages, as it is and disguised, and files that are named by ids."""
    ours = [
        address
        for function in project.functions
        for route in function.routes
        for address in addresses(route.path, project.template)
    ]
    yield from (_PARAMETER.sub(_ID, address) for address in ours)
    for address in ours:
        for name in _DISGUISES:
            yield f"{_PARAMETER.sub(_ID, address).rstrip('/')}/{name}"
            yield _PARAMETER.sub(name, address)
    yield from _OTHERS
