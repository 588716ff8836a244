"""CDN's settings are read, planned and changed as `settings.toml` wants them, on the simulated CDN."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from auto360.providers.cdn import Caching, CdnFailure, Resource, Rule
from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
from auto360.providers.transport.connections import new_client
from auto360.providers.video.http import RetryPolicy
from auto360.providers.video.iam import IamTokens, Token
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_api import YandexCdn as CdnSide
from tools.cdn.plan import changes
from tools.cdn.settings import wanted

YEAR, DAY = 31_536_000, 86_400
TOKEN = "t1.token-of-a-service-account"


@pytest.fixture
def side() -> CdnSide:
    return CdnSide("bc8test", lambda header: header == f"Bearer {TOKEN}")


@pytest.fixture
def cdn(side: CdnSide) -> Iterator[YandexCdn]:
    """Yield our client of it."""
    tokens = IamTokens(lambda: Token(TOKEN, 4e9), lambda: None)
    with served(Simulators(Phone(), {"yandex_cdn": side})) as url, new_client(timeout=5.0) as http:
        environ = {"YANDEX_CDN_URL": f"{url}/yandex_cdn", "YANDEX_CDN_RESOURCE_ID": "bc8test"}
        yield YandexCdn(YandexCdnSettings.load(environ), http, tokens, patience=RetryPolicy(3, 2, 3, 0.01))


def apply(cdn: YandexCdn, to: Resource) -> list[str]:
    """Make it so; gives what was done."""
    done = []
    for change in changes(to, cdn.read()):
        change.apply(cdn)
        done.append(f"{change.kind} {change.what}")
    return done


def test_a_new_resource_gets_the_settings_of_the_audit_and_then_nothing_is_left_to_change(cdn: YandexCdn) -> None:
    assert apply(cdn, wanted()) == [
        "change resource",
        "create rule manifests",
        "create rule segments",
        "create rule images",
    ]
    assert list(changes(wanted(), cdn.read())) == []
    found = {rule.name: rule.caching.edge_seconds for rule in cdn.read().rules}
    assert found == {"manifests": 300, "segments": YEAR, "images": YEAR}
    assert cdn.read().caching.cors == ("*",)


def test_planning_changes_nothing(cdn: YandexCdn, side: CdnSide) -> None:
    assert len(list(changes(wanted(), cdn.read()))) == 4
    assert (side.options, side.rules) == ({}, {})


def test_what_somebody_changed_by_hand_is_put_right(cdn: YandexCdn, side: CdnSide) -> None:
    apply(cdn, wanted())
    manifests = next(rule for rule in side.rules.values() if rule["name"] == "manifests")
    manifests["options"]["edgeCacheSettings"]["value"]["simpleValue"] = str(DAY)
    cdn.put_rule(Rule("by hand", r"\.txt$", 50, Caching(edge_seconds=1)))
    [change, removal] = changes(wanted(), cdn.read())
    assert change.details == ("edge_seconds: 86400 → 300",)
    assert apply(cdn, wanted()) == ["change rule manifests", "remove rule by hand"]
    assert (removal.kind, list(changes(wanted(), cdn.read()))) == ("remove", [])


def test_options_that_the_settings_do_not_name_are_left(cdn: YandexCdn, side: CdnSide) -> None:
    side.options["secureKey"] = {"enabled": True, "key": "k"}
    apply(cdn, wanted())
    assert side.options["secureKey"] == {"enabled": True, "key": "k"}


def test_a_resource_without_a_certificate_is_noticed(cdn: YandexCdn, side: CdnSide) -> None:
    side.certificate = "CREATING"
    assert not cdn.read().has_certificate


def test_the_rules_tell_manifests_segments_and_images_apart() -> None:
    rules = sorted(wanted().rules, key=lambda rule: rule.weight)

    def first(path: str) -> str | None:
        return next((rule.name for rule in rules if re.search(rule.pattern, path)), None)

    assert first("/video/1/manifest.m3u8") == "manifests"
    assert first("/replicas/1.mp4") == first("/hls/720p/segment_0.ts") == "segments"
    assert first("/video/1/thumbnail.jpg") == "images"
    assert first("/video/1/m3u8.txt") is None


def test_a_purge_beyond_one_a_minute_is_refused_by_the_cdn(cdn: YandexCdn, side: CdnSide) -> None:
    cdn.purge(["/a/*"])
    with pytest.raises(CdnFailure) as refused:
        cdn.purge(["/b"])
    assert (refused.value.code, side.purged) == ("http_429", [["/a/*"]])


def test_the_whole_cache_cannot_be_emptied_by_accident(cdn: YandexCdn, side: CdnSide) -> None:
    with pytest.raises(ValueError, match="no path"):
        cdn.purge([])
    assert side.purged == []


def test_a_token_that_is_refused_is_told_as_a_failure(cdn: YandexCdn, side: CdnSide) -> None:
    side.knows = lambda _: False
    with pytest.raises(CdnFailure, match="http_401"):
        cdn.read()
