"""Outgoing ports pointed at one address: a call each, and the failures in which it may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from auto360.providers.video.iam import IamTokens, Token
from local.banks import NAMES, function_variables
from tests.support.banks import MAKERS
from tests.support.lines import lines_of
from tests.support.outside_videos import Call, file_calls, keyring, video_calls

PHONE = "+996700123456"
# Answers about SMS are short.
_SHORT = 64 * 1024
MESSAGE = AlertMessage("e-1", "team@360auto.invalid", "short", "subject", "text", {"rule": "x"})
PUSH = PushMessage("ExponentPushToken[0123456789]", "title", "body", "chat:t", {}, seconds=60, badge=1)


def calls(url: str, http: httpx.Client, *, seconds: float) -> Mapping[str, Call]:
    """Return the calls that go over an HTTP client of ours, each bounded to so many seconds where its port says so.

    A provider is made by its first call: tests want one call of the many, and thousands of times.
    """
    return {
        **_sms(url, http, seconds),
        **_banks(url, http, seconds),
        **video_calls(url, http, RetryPolicy(seconds, seconds, 2, 0.0)),
        **file_calls(url, http),
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
    @cache
    def nikita() -> SmsProvider:
        account = {"NIKITA_SMS_LOGIN": "l", "NIKITA_SMS_PASSWORD": "p", "NIKITA_SMS_SENDER": "360AUTO"}
        return NikitaSms(NikitaSettings.load({"NIKITA_SMS_API_URL": url, **account}), lines_of(http, max_bytes=_SHORT))

    @cache
    def smsc() -> SmsProvider:
        account = {"SMSC_LOGIN": "l", "SMSC_PASSWORD": "p"}
        return SmscSms(SmscSettings.load({"SMSC_API_URL": url, **account}), lines_of(http, max_bytes=_SHORT))

    return _sms_calls("nikita", nikita, seconds) | _sms_calls("smsc", smsc, seconds)


def _sms_calls(name: str, provider: Callable[[], SmsProvider], seconds: float) -> dict[str, Call]:
    makes: dict[str, Callable[[], object]] = {
        "send": lambda: provider().send(PHONE, "text", message_id="1", timeout=seconds),
        "taken": lambda: provider().has_accepted(PHONE, message_id="1", timeout=seconds),
        "report": lambda: provider().report(PHONE, message_id="1", timeout=seconds),
        "account": lambda: provider().account(timeout=seconds),
    }
    return {f"{name}_{what}": Call(make, (SmsFailure,)) for what, make in makes.items()}


def _banks(url: str, http: httpx.Client, seconds: float) -> dict[str, Call]:
    order = Order(
        attempt_id=str(UUID(int=1)),
        amount_tyiyn=10_000,
        description="x",
        callback_url="https://360auto.example/webhooks",
        return_url="https://360auto.example/back",
        lifetime=timedelta(minutes=30),
    )

    def create(name: str) -> object:
        bank = MAKERS[name](function_variables(keyring(), url), http)
        return bank.orders.create(order, timeout=seconds)

    return {name: Call(partial(create, name), (BankFailure,)) for name in NAMES}


def _operations(url: str, http: httpx.Client, retry_policy: RetryPolicy) -> dict[str, Call]:
    environ = {
        "YANDEX_CDN_URL": url,
        "YANDEX_MONITORING_URL": url,
        "YANDEX_MONITORING_FOLDER": "f",
        "YANDEX_MONITORING_GATEWAY": "g",
        "SUPABASE_METRICS_URL": f"{url}/metrics",
        "SUPABASE_SERVICE_ROLE_KEY": "s",
        "ALERT_WEBHOOK_SECRET": "s" * 24,
        "YANDEX_CDN_RESOURCE_ID": "r",
        "LOCKBOX_URL": url,
        "LOCKBOX_SECRET_ID": "e6q1",
        "EXPO_PUSH_URL": url,
        "EXPO_TIMEOUT_SECONDS": str(retry_policy.total_seconds),
    }

    @cache
    def push() -> ExpoPush:
        return ExpoPush(ExpoSettings.load(environ), http)

    def cdn() -> object:
        known, settings = IamTokens(lambda: Token("t", 4e9), lambda: None), YandexCdnSettings.load(environ)
        return YandexCdn(settings, lines_of(http), known, retry_policy=retry_policy).read()

    def cdn_day() -> object:
        settings = YandexCdnTrafficSettings.load(environ)
        return YandexCdnTraffic(settings, http, authorize=lambda: "Api-Key k").day(date(2026, 1, 2))

    def monitoring() -> object:
        settings = YandexMonitoringSettings.load(environ)
        return YandexMonitoring(settings, http, authorize=lambda: "Api-Key k", now=utc_now).read()

    def lockbox() -> object:
        return Lockbox(LockboxSettings.load(environ), lines_of(http), access_token=lambda: "t1.token").secrets()

    def hook() -> None:
        SignedWebhook(WebhookSettings.load(environ), f"{url}/hook", http, now=utc_now).send(MESSAGE)

    return {
        # Nothing is raised: whatever is answered, each message has an outcome.
        "expo_send": Call(lambda: [vars(outcome) for outcome in push().send([PUSH])], ()),
        "expo_receipts": Call(lambda: [vars(receipt) for receipt in push().receipts(["r-1"]).values()], ()),
        "cdn": Call(cdn, (CdnFailure,)),
        "monitoring": Call(monitoring, (SourceFailure,)),
        "cdn_days": Call(cdn_day, (SourceFailure,)),
        "lockbox": Call(lockbox, (SecretStoreFailure,)),
        "token": Call(ServiceAccountToken(http, url=url), (SourceFailure,)),
        "host": Call(lambda: SupabaseHost(SupabaseMetricSettings.load(environ), http).read(), (SourceFailure,)),
        "hook": Call(hook, (ChannelFailure,)),
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
