"""Every call to Yandex's services, and every answer of their simulators, obeys the published protocol buffers."""

from __future__ import annotations

import pytest

from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
from auto360.providers.secret_store.lockbox import Lockbox, LockboxSettings
from auto360.providers.transport.connections import new_client
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video import LibraryFull, ProviderVideoNotReady
from auto360.providers.video.iam import IamTokens, Token
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_api import YandexCdn as CdnSide
from local.simulators.yandex_lockbox import YandexLockbox
from tests.support.lines import lines_of
from tests.support.videos import VideoWorld, new_file, planned
from tests.support.yandex_schema import Judge
from tools.cdn.plan import changes
from tools.cdn.settings import wanted

VIDEO = "yandex.cloud.video.v1.VideoService."
CDN = "yandex.cloud.cdn.v1."
TOKEN = "t1.token-of-a-service-account"


def test_videos_are_called_and_answered_as_published(videos: VideoWorld) -> None:
    judge = Judge("/yandex")
    videos.http.event_hooks["response"].append(judge)
    provider, file = videos.provider("yandex"), new_file()
    assert provider.count() == 0
    target = provider.open(planned(file, labels={"source_id": "viAbC-1"}))
    assert target.video_id
    with pytest.raises(ProviderVideoNotReady):
        provider.playback(target.video_id)
    provider.thumbnail(target.video_id)
    provider.find([target.video_id])
    videos.send(target, file)
    videos.ready("yandex", target.video_id)
    title = videos.yandex.videos[target.video_id].title
    assert [video.video_id for video in provider.with_title(title)] == [target.video_id]
    provider.playback(target.video_id)
    provider.thumbnail(target.video_id)
    provider.download(target.video_id)
    provider.find([target.video_id, "gone"])
    provider.delete(target.video_id)
    videos.turn("yandex", quota=0)
    with pytest.raises(LibraryFull):
        provider.open(planned(new_file()))
    methods = ("Create", "List", "Get", "BatchGet", "Delete", "GetManifests", "GetScreenshots", "GenerateDownloadURL")
    assert judge.seen == {VIDEO + name for name in methods} | {"yandex.cloud.iam.v1.IamTokenService.Create"}
    assert not judge.faults, "\n".join(judge.faults)


def test_the_cdn_is_called_and_answered_as_published() -> None:
    judge = Judge("/yandex_cdn")
    side = CdnSide("bc8test", lambda header: header == f"Bearer {TOKEN}")
    tokens = IamTokens(lambda: Token(TOKEN, 4e9), lambda: None)
    with served(Simulators(Phone(), {"yandex_cdn": side})) as url, new_client(timeout=5.0) as http:
        http.event_hooks["response"].append(judge)
        environ = {"YANDEX_CDN_URL": f"{url}/yandex_cdn", "YANDEX_CDN_RESOURCE_ID": "bc8test"}
        cdn = YandexCdn(
            YandexCdnSettings.load(environ), lines_of(http), tokens, retry_policy=RetryPolicy(3, 2, 3, 0.01)
        )
        for change in changes(wanted(), cdn.read()):
            change.apply(cdn)
        rule = cdn.read().rules[0]
        cdn.put_rule(rule)
        cdn.purge(["/a", "/b*"])
        cdn.remove_rule(rule)
        cdn.read()
    rules = {f"{CDN}ResourceRulesService.{name}" for name in ("List", "Create", "Update", "Delete")}
    others = {f"{CDN}ResourceService.Get", f"{CDN}ResourceService.Update", f"{CDN}CacheService.Purge"}
    assert judge.seen == rules | others
    assert not judge.faults, "\n".join(judge.faults)


def test_secrets_are_read_as_published() -> None:
    judge, side = Judge("/lockbox"), YandexLockbox(TOKEN, {("e6q1", "v1"): {"OTP_SECRETS": "k1:first"}})
    with served(Simulators(Phone(), {"lockbox": side})) as url, new_client(timeout=5.0) as http:
        http.event_hooks["response"].append(judge)
        settings = LockboxSettings.load(
            {"LOCKBOX_URL": f"{url}/lockbox", "LOCKBOX_SECRET_ID": "e6q1", "LOCKBOX_VERSION_ID": "v1"}
        )
        assert Lockbox(settings, lines_of(http), access_token=lambda: TOKEN).secrets() == {"OTP_SECRETS": "k1:first"}
    assert judge.seen == {"yandex.cloud.lockbox.v1.PayloadService.Get"}
    assert not judge.faults, "\n".join(judge.faults)
