"""CDN's settings are read, planned and changed as `settings.toml` wants them, on the simulated CDN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auto360.container import cdn as cdn_container
from auto360.providers.cdn import Caching, CdnFailure, Resource, Rule
from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
from auto360.providers.transport.connections import new_client
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video.iam import IamTokens, Token
from infra.template import load_project
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_api import YandexCdn as CdnSide
from tests.support.lines import lines_of
from tools.cdn import __main__ as program
from tools.cdn.plan import changes
from tools.cdn.refusals import refusals
from tools.cdn.settings import wanted

YEAR, DAY = 31_536_000, 86_400
RULES = {"pictures": YEAR, "segments": YEAR, "films": YEAR, "manifests": 300}
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
        yield YandexCdn(
            YandexCdnSettings.load(environ), lines_of(http), tokens, retry_policy=RetryPolicy(3, 2, 3, 0.01)
        )


def apply(cdn: YandexCdn, to: Resource) -> list[str]:
    """Make it so; gives what was done."""
    done = []
    for change in changes(to, cdn.read()):
        change.apply(cdn)
        done.append(f"{change.kind} {change.what}")
    return done


def test_a_new_resource_gets_the_settings_and_then_nothing_is_left_to_change(cdn: YandexCdn) -> None:
    assert apply(cdn, wanted()) == ["change resource", *(f"create rule {name}" for name in RULES)]
    assert list(changes(wanted(), cdn.read())) == []
    found = cdn.read()
    assert found.caching.edge_seconds == 0
    assert {rule.name: rule.caching.edge_seconds for rule in found.rules} == RULES


def test_redirects_are_never_kept(cdn: YandexCdn, side: CdnSide) -> None:
    apply(cdn, wanted())
    rule = next(rule for rule in side.rules.values() if rule["name"] == "pictures")
    times = rule["options"]["edgeCacheSettings"]["value"]
    assert times == {
        "customValues": {"200": str(YEAR), "206": str(YEAR), "301": "0", "302": "0", "307": "0", "308": "0"}
    }
    rule["options"]["edgeCacheSettings"]["value"] = {"simpleValue": str(YEAR)}
    [change] = changes(wanted(), cdn.read())
    assert change.details == ("keeps_redirects: True → False",)


def test_planning_changes_nothing(cdn: YandexCdn, side: CdnSide) -> None:
    assert len(list(changes(wanted(), cdn.read()))) == 1 + len(RULES)
    assert (side.options, side.rules) == ({}, {})


def test_what_somebody_changed_by_hand_is_put_right(cdn: YandexCdn, side: CdnSide) -> None:
    apply(cdn, wanted())
    kept = next(rule for rule in side.rules.values() if rule["name"] == "pictures")
    kept["options"]["edgeCacheSettings"]["value"]["customValues"]["200"] = str(DAY)
    cdn.put_rule(Rule("by hand", r"\.txt$", 50, Caching(edge_seconds=1)))
    [change, removal] = changes(wanted(), cdn.read())
    assert change.details == ("edge_seconds: 86400 → 31536000",)
    assert apply(cdn, wanted()) == ["change rule pictures", "remove rule by hand"]
    assert (removal.kind, list(changes(wanted(), cdn.read()))) == ("remove", [])


def test_options_that_the_settings_do_not_name_are_left(cdn: YandexCdn, side: CdnSide) -> None:
    side.options["secureKey"] = {"enabled": True, "key": "k"}
    apply(cdn, wanted())
    assert side.options["secureKey"] == {"enabled": True, "key": "k"}


def test_a_resource_without_a_certificate_is_noticed(cdn: YandexCdn, side: CdnSide) -> None:
    side.certificate = "CREATING"
    assert not cdn.read().has_certificate


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/storage/v1/object/public/pictures/5/9f86d081884c7d65-720.webp", True),
        ("/storage/v1/object/public/avatars/5/9f86d081884c7d65.jpg", False),
        ("/storage/v1/object/sign/incoming/5/9f86d081884c7d65-720.webp", False),
        ("/3f2a9c0b1d4e5f60/9f86d081884c7d65-720.webp", False),
        ("/media/replicas/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.mp4", True),
        ("/api/video/0f8fad5b-d9cb-469f-a165-70867728950e/video.mp4", False),
        ("/avatars/0f8fad5b-d9cb-469f-a165-70867728950e/avatar_1700000000000.jpg", False),
        ("/api/listings", False),
        ("/media/hls/9f86d081884c7d65/master.m3u8", True),
        ("/media/hls/9f86d081884c7d65.ts", True),
        ("/hls/720p/segment_0.ts", False),
    ],
)
def test_only_files_named_by_their_content_are_kept(path: str, is_kept: bool) -> None:  # noqa: FBT001 - a table
    assert any(re.search(rule.pattern, path) for rule in wanted().rules) is is_kept


def test_the_settings_of_the_repository_are_not_refused() -> None:
    assert list(refusals(wanted(), load_project())) == []


GOOD = wanted().caching
BY_NAME = Rule("films", r"\.(ts|m4s|mp4)$", 20, Caching(edge_seconds=YEAR))


def content(kind: str, **caching: Any) -> Rule:
    """Return a rule about files of this kind that are named by their content."""
    return Rule(
        "kind",
        rf"^/(storage/v1/object/public/pictures|media)/.+/[0-9a-f]{{16,64}}{kind}$",
        20,
        Caching(edge_seconds=YEAR, **caching),
    )


@pytest.mark.parametrize(
    ("caching", "rules", "told"),
    [
        (replace(GOOD, edge_seconds=DAY), (), "edge_seconds must be 0"),
        (Caching(), (), "edge_seconds must be 0"),
        (replace(GOOD, ignore_query=True), (), "ignore_query and ignore_cookies"),
        (replace(GOOD, ignore_cookies=True), (), "ignore_query and ignore_cookies"),
        (replace(GOOD, ignore_query=None), (), "ignore_query must be named"),
        (replace(GOOD, ignore_cookies=None), (), "ignore_cookies must be named"),
        (replace(GOOD, stale_on=None), (), "stale_on must be named"),
        (replace(GOOD, stale_on=("error",)), (), "stale_on must be empty"),
        (replace(GOOD, follows_redirects=True), (), "follows_redirects must be false"),
        (replace(GOOD, keeps_posts=True), (), "keeps_posts must be false"),
        (replace(GOOD, keeps_redirects=True), (), "redirects must not be kept"),
        (replace(GOOD, browser_as_origin=None), (), "browser_as_origin must be true"),
        (replace(GOOD, methods=("GET", "POST")), (), "methods must be GET"),
        (GOOD, (BY_NAME,), "it keeps /api/video/"),
        (GOOD, (Rule("pages", "^/admin", 1, Caching(edge_seconds=1)),), "it keeps /admin"),
        (GOOD, (Rule("feed", "/listings$", 1, Caching(browser_seconds=60)),), "it keeps /api/"),
        (GOOD, (Rule("all", "", 1, Caching()),), "it keeps /"),
        (GOOD, (Rule("odd", r"/x[0-9]+\.css$", 1, Caching(edge_seconds=9)),), "a name from the content"),
        (GOOD, (Rule("any", r"/[0-9a-f]{16,64}\.webp$", 1, Caching(edge_seconds=YEAR)),), "it keeps /"),
        (GOOD, (Rule("disguised", r"/[0-9a-f]{16,64}\.ts$", 1, Caching(edge_seconds=YEAR)),), "it keeps /"),
        (GOOD, (Rule("one", r"^/api/.+/[0-9a-f]{16,64}\.m4s$", 1, Caching(edge_seconds=YEAR)),), "it keeps /api/"),
        (GOOD, (content(r"\.webp", browser_seconds=DAY, ignore_query=True),), "rule kind: ignore_query"),
        (GOOD, (content(r"\.webp", browser_seconds=DAY, stale_on=("http_404",)),), "rule kind: stale_on"),
        (GOOD, (content(r"-720\.webp", browser_seconds=YEAR),), "browser_seconds of webp"),
        (GOOD, (content(r"-720\.webp"),), "browser_seconds of webp must be 86400"),
        (GOOD, (content(r"\.mp4", browser_seconds=DAY),), "slices must be true"),
        (GOOD, (content(r"/[a-z]+\.m3u8", browser_seconds=60),), "edge_seconds of m3u8 must not exceed 300"),
        (GOOD, (content(r"\.a", browser_seconds=1), content(r"\.b", browser_seconds=1)), "its weight must be its own"),
    ],
)
def test_settings_that_may_mix_callers_or_outlive_a_move_are_refused(
    caching: Caching, rules: tuple[Rule, ...], told: str
) -> None:
    assert any(told in each for each in refusals(Resource(caching, rules), load_project()))


def test_a_rule_that_keeps_nothing_may_match_anything() -> None:
    nothing = Rule("never", "^/api/", 1, Caching(edge_seconds=0))
    assert list(refusals(Resource(GOOD, (nothing,)), load_project())) == []


def test_refused_settings_are_not_applied(
    side: CdnSide, cdn: YandexCdn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted_wrongly = Resource(GOOD, (BY_NAME,))
    monkeypatch.setattr(program, "wanted", lambda: wanted_wrongly)
    monkeypatch.setattr(cdn_container, "is_used", lambda: True)
    monkeypatch.setattr(cdn_container, "yandex_cdn", lambda: cdn)
    monkeypatch.setattr(program, "use_local_stack_unless_told", lambda: "a test")
    assert program.main(["plan"]) == 0
    assert program.main(["apply"]) == 1
    assert (side.options, side.rules) == ({}, {})
    told = capsys.readouterr().out
    assert told.count("! rule films: it keeps /api/video/") == 2
    assert "Nothing was changed." in told


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
