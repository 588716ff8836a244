"""Outgoing ports pointed at one address: a call each, and the failures in which it may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from uuid import UUID

import httpx

from auto360.core.clock import utc_now
from auto360.domains.monitoring.mail_channel import MailChannel
from auto360.providers.alert_channels import AlertMessage, ChannelFailure
from auto360.providers.alert_channels.webhook import SignedWebhook, WebhookSettings
from auto360.providers.cdn import CdnFailure
from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings
from auto360.providers.email.ses import MailSettings, SesMail, ses_client
from auto360.providers.metrics import SourceFailure
from auto360.providers.metrics.supabase import SupabaseHost, SupabaseMetricSettings
from auto360.providers.metrics.yandex import YandexMonitoring, YandexMonitoringSettings
from auto360.providers.metrics.yandex_cdn import YandexCdnTraffic, YandexCdnTrafficSettings
from auto360.providers.metrics.yandex_token import ServiceAccountToken
from auto360.providers.object_storage import ObjectStoreError
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.payments import BankFailure, Order
from auto360.providers.push import PushMessage
from auto360.providers.push.expo import ExpoPush, ExpoSettings
from auto360.providers.secret_store import SecretStoreFailure
from auto360.providers.secret_store.lockbox import Lockbox, LockboxSettings
from auto360.providers.sms import SmsFailure, SmsProvider
from auto360.providers.sms.nikita import NikitaSettings, NikitaSms
from auto360.providers.sms.smsc import SmscSettings, SmscSms
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.line import ServerLine
from auto360.providers.video import Download, PlannedUpload, VideoFailure
from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings
from auto360.providers.video.api_video_reports import ApiVideoWebhooks
from auto360.providers.video.download import WholeFile
from auto360.providers.video.hls import require_playable
from auto360.providers.video.iam import IamSettings, IamTokens, KeyExchange, Token
from auto360.providers.video.source import HttpSource
from auto360.providers.video.tus import TusCopier, TusPolicy
from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings
from local.banks import NAMES, function_variables
from local.function_environment import video_providers
from local.secrets import Keyring
from tests.support.banks import MAKERS
from tests.support.lines import lines_of

PHONE = "+996700123456"
MESSAGE = AlertMessage("e-1", "team@360auto.invalid", "short", "subject", "text", {"rule": "x"})
PUSH = PushMessage("ExponentPushToken[0123456789]", "title", "body", "chat:t", {}, seconds=60, badge=1)
UPLOAD = PlannedUpload("ref-1", 1000, 3600, "title")


@dataclass(frozen=True)
class Call:
    """Call of a port. `failures`: whatever the other side does, it ends in one of them or in a result."""

    make: Callable[[], object]
    failures: tuple[type[Exception], ...]


@cache
def keyring() -> Keyring:
    """Return a for all: making its keys takes a while."""
    return Keyring.generate()


def calls(url: str, http: httpx.Client, *, seconds: float) -> Mapping[str, Call]:
    """Return the calls that go over an HTTP client of ours, each bounded to so many seconds where its port says so."""
    return {
        **_sms(url, http, seconds),
        **_banks(url, http, seconds),
        **_videos(url, http, RetryPolicy(seconds, seconds, 2, 0.0)),
        **_files(url, http),
        **_operations(url, http, RetryPolicy(seconds, seconds, 2, 0.0)),
        "database": Call(lambda: _database(url, seconds).call("x", {}), (DatabaseUnavailable, DatabaseRefused)),
        "rows": Call(
            lambda: _database(url, seconds).select("x", {}, user_token="t"), (DatabaseUnavailable, DatabaseRefused)
        ),
    }


def _database(url: str, seconds: float) -> PostgrestDatabase:
    environ = {"SUPABASE_URL": url, "SUPABASE_SERVICE_ROLE_KEY": "s", "SUPABASE_ANON_KEY": "a"}
    line = ServerLine(url, seconds=seconds, max_bytes=1_000_000)
    return PostgrestDatabase(SupabaseSettings.load(environ), line, pause=lambda _: None)


def _sms(url: str, http: httpx.Client, seconds: float) -> dict[str, Call]:
    nikita = NikitaSms(
        NikitaSettings.load(
            {
                "NIKITA_SMS_API_URL": url,
                "NIKITA_SMS_LOGIN": "l",
                "NIKITA_SMS_PASSWORD": "p",
                "NIKITA_SMS_SENDER": "360AUTO",
            }
        ),
        lines_of(http, max_bytes=64 * 1024),
    )
    smsc = SmscSms(
        SmscSettings.load({"SMSC_API_URL": url, "SMSC_LOGIN": "l", "SMSC_PASSWORD": "p"}),
        lines_of(http, max_bytes=64 * 1024),
    )
    found: dict[str, Call] = {}
    providers: tuple[SmsProvider, ...] = (nikita, smsc)
    for provider in providers:
        makes: dict[str, Callable[[], object]] = {
            "send": partial(provider.send, PHONE, "text", message_id="1", timeout=seconds),
            "taken": partial(provider.has_accepted, PHONE, message_id="1", timeout=seconds),
            "report": partial(provider.report, PHONE, message_id="1", timeout=seconds),
            "account": partial(provider.account, timeout=seconds),
        }
        found |= {f"{provider.name}_{what}": Call(make, (SmsFailure,)) for what, make in makes.items()}
    return found


def _banks(url: str, http: httpx.Client, seconds: float) -> dict[str, Call]:
    environ = function_variables(keyring(), url)
    order = Order(
        attempt_id=str(UUID(int=1)),
        amount_tyiyn=10_000,
        description="x",
        callback_url="https://360auto.example/webhooks",
        return_url="https://360auto.example/back",
        lifetime=timedelta(minutes=30),
    )
    return {
        name: Call(partial(MAKERS[name](environ, http).orders.create, order, timeout=seconds), (BankFailure,))
        for name in NAMES
    }


def _videos(url: str, http: httpx.Client, retry_policy: RetryPolicy) -> dict[str, Call]:
    environ = video_providers(keyring(), url)
    account, failures, lines = ApiVideoSettings.load(environ), (VideoFailure,), lines_of(http)
    known = IamTokens(lambda: Token("t", 4e9), lambda: None)
    api_video = ApiVideo(account, lines, retry_policy=retry_policy)
    yandex = YandexVideo(YandexVideoSettings.load(environ), lines, known, retry_policy=retry_policy)
    found = {
        "iam": Call(KeyExchange(IamSettings.load(environ), lines, retry_policy), failures),
        "api_video_webhooks": Call(ApiVideoWebhooks(account, lines, retry_policy=retry_policy).all, failures),
        "api_video_add_webhook": Call(
            lambda: ApiVideoWebhooks(account, lines, retry_policy=retry_policy).add("https://x.example"), failures
        ),
    }
    libraries: tuple[ApiVideo | YandexVideo, ...] = (api_video, yandex)
    for library in libraries:
        name = library.name
        makes: dict[str, Callable[[], object]] = {
            "find": partial(library.find, ["v"]),
            "playback": partial(library.playback, "v"),
            "thumbnail": partial(library.thumbnail, "v"),
            "download": partial(library.download, "v"),
            "open": partial(library.open, UPLOAD),
            "titles": partial(library.with_title, "ref-1"),
            "delete": partial(library.delete, "v"),
        }
        found |= {f"{name}_{what}": Call(make, failures) for what, make in makes.items()}
    found["api_video_count"] = Call(api_video.count, failures)
    return found


def _files(url: str, http: httpx.Client) -> dict[str, Call]:
    def download() -> Download:
        return Download(f"{url}/file", "original")

    def copy() -> object:
        policy = TusPolicy(tries=2, first_wait_seconds=0.01, reserve_seconds=0.1)
        return TusCopier(http, policy).copy(
            f"{url}/upload", download, known=None, chunks=(), seconds=20.0, on_progress=lambda _: None
        )

    return {
        "hls": Call(lambda: require_playable(http, f"{url}/x.m3u8"), (VideoFailure,)),
        "file_size": Call(HttpSource(http, download).measure, (VideoFailure,)),
        "file": Call(lambda: list(WholeFile(http, sleep=lambda _: None).read(download)), (VideoFailure,)),
        "tus": Call(copy, (VideoFailure,)),
    }


def _operations(url: str, http: httpx.Client, retry_policy: RetryPolicy) -> dict[str, Call]:
    cdn = YandexCdn(
        YandexCdnSettings.load({"YANDEX_CDN_URL": url, "YANDEX_CDN_RESOURCE_ID": "r"}),
        lines_of(http),
        IamTokens(lambda: Token("t", 4e9), lambda: None),
        retry_policy=retry_policy,
    )
    environ = {
        "YANDEX_MONITORING_URL": url,
        "YANDEX_MONITORING_FOLDER": "f",
        "YANDEX_MONITORING_GATEWAY": "g",
        "SUPABASE_METRICS_URL": f"{url}/metrics",
        "SUPABASE_SERVICE_ROLE_KEY": "s",
        "ALERT_WEBHOOK_SECRET": "s" * 24,
        "YANDEX_CDN_RESOURCE_ID": "r",
    }
    cdn_days = YandexCdnTraffic(YandexCdnTrafficSettings.load(environ), http, authorize=lambda: "Api-Key k")
    monitoring = YandexMonitoring(
        YandexMonitoringSettings.load(environ), http, authorize=lambda: "Api-Key k", now=utc_now
    )
    lockbox = Lockbox(
        LockboxSettings.load({"LOCKBOX_URL": url, "LOCKBOX_SECRET_ID": "e6q1"}), http, access_token=lambda: "t1.token"
    )
    push = ExpoPush(
        ExpoSettings.load({"EXPO_PUSH_URL": url, "EXPO_TIMEOUT_SECONDS": str(retry_policy.total_seconds)}), http
    )
    hook = SignedWebhook(WebhookSettings.load(environ), f"{url}/hook", http, now=utc_now)
    return {
        # Nothing is raised: whatever is answered, each message has an outcome.
        "expo_send": Call(lambda: [vars(outcome) for outcome in push.send([PUSH])], ()),
        "expo_receipts": Call(lambda: [vars(receipt) for receipt in push.receipts(["r-1"]).values()], ()),
        "cdn": Call(cdn.read, (CdnFailure,)),
        "monitoring": Call(monitoring.read, (SourceFailure,)),
        "cdn_days": Call(lambda: cdn_days.day(date(2026, 1, 2)), (SourceFailure,)),
        "lockbox": Call(lockbox.secrets, (SecretStoreFailure,)),
        "token": Call(ServiceAccountToken(http, url=url), (SourceFailure,)),
        "host": Call(SupabaseHost(SupabaseMetricSettings.load(environ), http).read, (SourceFailure,)),
        "hook": Call(lambda: hook.send(MESSAGE), (ChannelFailure,)),
    }


def aws_calls(url: str) -> Mapping[str, Call]:
    """Return the calls that go over the AWS library."""
    store = S3Store(S3Access(url, "ru-msk", "KEY", "secret"), "backup", part_bytes=5 * 1024 * 1024)
    environ = {"MAIL_API_URL": url, "MAIL_ACCESS_KEY": "k", "MAIL_SECRET_KEY": "s", "MAIL_SENDER": "a@b.invalid"}
    mail = MailSettings.load(environ)
    failures = (ObjectStoreError,)
    return {
        "mail": Call(lambda: MailChannel(SesMail(mail, ses_client(mail))).send(MESSAGE), (ChannelFailure,)),
        "s3_head": Call(lambda: store.head("k"), failures),
        "s3_list": Call(lambda: list(store.list()), failures),
        "s3_get": Call(lambda: list(store.get("k")), failures),
        "s3_put": Call(lambda: store.put("k", [b"x"]), failures),
        "s3_put_parts": Call(lambda: store.put("k", [bytes(6 * 1024 * 1024)]), failures),
        "s3_delete": Call(lambda: store.delete(["k"]), failures),
        "s3_sweep": Call(lambda: store.sweep_uploads(begun_before=utc_now()), failures),
    }
