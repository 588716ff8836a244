"""Settings that the CDN must not have while it stands before the API: `make cdn-apply` refuses them.

A file may be cached only if its name follows from its content, so that a cached file can never be wrong. Everything
else at our addresses is private, redirects for a few hours, or changes: cached by the CDN, a link that ends in six
hours would be served for a year, and one caller would get the response of another (docs/decisions/0096).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auto360.providers.cdn import Caching, Resource
from infra.template import Project
from infra.yandex.gateway import addresses

# A name that follows from the content: at least sixteen hexadecimal digits in a row, which no UUID has.
CONTENT_NAME = "[0-9a-f]{16,64}"
_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
_PARAMETER = re.compile(r"\{[^}]*\}")
# Names of ours that say nothing of their content.
_OTHERS = (
    f"/video/{_ID}/manifest.m3u8",
    f"/videos/{_ID}/yandex.mp4",
    f"/replicas/{_ID}.mp4",
    f"/avatars/{_ID}/avatar_1700000000000.jpg",
    "/hls/720p/segment_0.ts",
    "/listing/photo.webp",
)


def refusals(wanted: Resource, project: Project) -> Iterator[str]:
    """Yield a sentence for each setting that may cache a file whose name does not follow from its content."""
    if wanted.caching.edge_seconds != 0:
        yield "resource: edge_seconds must be 0, so that nothing is kept that no rule names"
    if wanted.caching.ignore_query or wanted.caching.ignore_cookies:
        yield "resource: ignore_query and ignore_cookies must be false, or callers get each other's answers"
    if wanted.caching.stale_on:
        yield "resource: stale_on must be empty: an answer that is out of date is somebody else's"
    known = list(_unnamed(project))
    for rule in wanted.rules:
        if _keeps(rule.caching):
            caught = next((address for address in known if re.search(rule.pattern, address)), None)
            if caught is not None:
                yield f"rule {rule.name}: it keeps {caught}, whose name does not follow from its content"
            elif CONTENT_NAME not in rule.pattern:
                yield f"rule {rule.name}: its pattern must ask for a name from the content, {CONTENT_NAME}"


def _keeps(caching: Caching) -> bool:
    return caching.edge_seconds != 0 or bool(caching.browser_seconds) or bool(caching.stale_on)


def _unnamed(project: Project) -> Iterator[str]:
    """Every address of the API and of the pages, and files that are named by ids."""
    for function in project.functions:
        for route in function.routes:
            for address in addresses(route.path, project.template):
                yield _PARAMETER.sub(_ID, address)
    yield from _OTHERS
