"""Starts the simulators: `python -m local.simulators`, with their accounts in the environment."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from aiohttp import web

from local.ports import HOST
from local.processes import die_with_parent
from local.simulators.api_video import ApiVideo
from local.simulators.api_video_library import ApiVideoAccount
from local.simulators.banks import simulated_banks
from local.simulators.demo_videos import hold_demo_videos
from local.simulators.edge_site import EdgeSite, served_beside
from local.simulators.expo import Expo
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.nikita import Nikita, NikitaAccount
from local.simulators.phone import Phone
from local.simulators.sentry import Sentry
from local.simulators.serving import Simulated, Simulators
from local.simulators.smsc import Smsc, SmscAccount
from local.simulators.supabase_host import SupabaseHost
from local.simulators.webhook_receiver import WebhookReceiver
from local.simulators.yandex_cdn_api import YandexCdn
from local.simulators.yandex_cdn_series import CdnSeries
from local.simulators.yandex_iam import Iam, ServiceAccount
from local.simulators.yandex_monitoring import YandexMonitoring, traffic_of_gateway
from local.simulators.yandex_video import YandexVideo

_DEMO_SENDER = "SMSPRO.KG"
_STARTING_BALANCE = Decimal(20_000)


def from_environ(environ: Mapping[str, str]) -> Simulators:
    """Return every provider with the account that the functions use."""
    codes = environ.get("AUTO360_DELIVERED_CODES")
    phone = Phone(Path(codes) if codes else None)
    banks = simulated_banks(environ["AUTO360_BANKS"])
    return Simulators(phone, {**_sms(environ, phone), **_operations(environ), **_video(environ), **banks})


def _sms(environ: Mapping[str, str], phone: Phone) -> dict[str, Simulated]:
    nikita = NikitaAccount(
        login=environ["NIKITA_SMS_LOGIN"],
        password=environ["NIKITA_SMS_PASSWORD"],
        senders=(environ["NIKITA_SMS_SENDER"], _DEMO_SENDER),
        report_url=environ.get("NIKITA_REPORT_URL", ""),
    )
    smsc = SmscAccount(
        login=environ["SMSC_LOGIN"],
        password=environ["SMSC_PASSWORD"],
        senders=(environ["SMSC_SENDER"],),
        callback_url=environ.get("SMSC_CALLBACK_URL", ""),
        callback_secret=environ.get("SMSC_CALLBACK_SECRET", ""),
    )
    return {
        "nikita": Nikita(nikita, phone, balance=_STARTING_BALANCE),
        "smsc": Smsc(smsc, phone, balance=_STARTING_BALANCE),
    }


def _operations(environ: Mapping[str, str]) -> dict[str, Simulated]:
    mail = MailAccount(
        environ["MAIL_ACCESS_KEY"], environ["MAIL_SECRET_KEY"], environ["MAIL_SENDER"], environ["MAIL_REPORT_URL"]
    )
    monitoring = YandexMonitoring(
        folder=environ["YANDEX_MONITORING_FOLDER"],
        gateway=environ["YANDEX_MONITORING_GATEWAY"],
        api_key=environ["YANDEX_MONITORING_API_KEY"],
        measure=traffic_of_gateway(environ["AUTO360_GATEWAY_URL"]),
        cdn=CdnSeries(environ["YANDEX_CDN_RESOURCE_ID"]),
    )
    return {
        "mailbox": Mailbox(mail),
        "webhook": WebhookReceiver(environ["ALERT_WEBHOOK_SECRET"]),
        "sentry": Sentry(),
        "expo": Expo(environ["EXPO_ACCESS_TOKEN"]),
        "supabase_host": SupabaseHost(environ["JWT_SECRET"]),
        "yandex_monitoring": monitoring,
    }


def _video(environ: Mapping[str, str]) -> dict[str, Simulated]:
    account = ApiVideoAccount(
        key=environ["API_VIDEO_KEY"],
        report_url=environ.get("API_VIDEO_REPORT_URL", ""),
        report_secret=environ["API_VIDEO_WEBHOOK_SECRET"],
    )
    iam = Iam(ServiceAccount.of_key(environ["YANDEX_SERVICE_ACCOUNT_KEY"]))
    api_video, yandex = ApiVideo(account), YandexVideo(environ["YANDEX_VIDEO_CHANNEL_ID"], iam)
    hold_demo_videos(api_video, yandex)
    return {
        "api_video": api_video,
        "yandex": yandex,
        "yandex_cdn": YandexCdn.with_iam(environ["YANDEX_CDN_RESOURCE_ID"], iam),
    }


def _edge(simulators: Simulators, environ: Mapping[str, str]) -> EdgeSite:
    cdn = simulators.providers["yandex_cdn"]
    if not isinstance(cdn, YandexCdn):
        raise TypeError("there is no CDN")
    storage, api = environ["AUTO360_SUPABASE_URL"], environ["AUTO360_GATEWAY_URL"]
    return EdgeSite(cdn.cache, lambda path: storage if path.startswith("/storage/") else api)


def main() -> int:
    """Serve until a signal."""
    die_with_parent()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(8192, hard)) if hard > 0 else 8192, hard))
    simulators = from_environ(os.environ)
    site = simulators.application()
    site.cleanup_ctx.append(served_beside(_edge(simulators, os.environ), int(os.environ["AUTO360_EDGE_CACHE_PORT"])))
    port = int(os.environ["AUTO360_SIMULATORS_PORT"])
    web.run_app(site, host=HOST, port=port, backlog=2048, access_log=None, print=None, shutdown_timeout=0.5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
