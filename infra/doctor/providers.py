"""Providers: does each let us in? Balances, counts, questions about things that do not exist. Nothing is ordered."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

from infra.doctor import Variables, Warn, Wrong, check

_SECONDS = 10.0
# Below this a staff member should pay in; a login SMS costs about 200 tyiyn.
_LEAST_BALANCE_TYIYN = 100_000
_NEWEST_POSTGRES = 17
# Freedom Pay's word for a payment that it does not have.
_NO_SUCH_ORDER = "error_340"
# O!Деньги: seen for an unknown invoice; its list of numbers is not public, so a person has to look.
_UNPUBLISHED = ("error_5",)


def _sms(name: str) -> str:
    from auto360.container.sms import providers

    for provider in providers():
        if provider.name == name:
            balance = provider.account(timeout=_SECONDS).balance_tyiyn
            if balance < _LEAST_BALANCE_TYIYN:
                raise Warn(f"balance {balance / 100:.2f} som")
            return f"balance {balance / 100:.2f} som"
    raise Warn("configured, but not named in SMS_PROVIDERS")


@check(
    "SMS: nikita.kg",
    needs=("NIKITA_SMS_LOGIN",),
    advice="Check login and password, top up, and allow our address at smspro.nikita.kg.",
)
def nikita(_variables: Variables) -> str:
    """Check the account's balance."""
    return _sms("nikita")


@check("SMS: SMSC", needs=("SMSC_LOGIN",), advice="Check login and password at SMSC, and top up.")
def smsc(_variables: Variables) -> str:
    """Check the account's balance."""
    return _sms("smsc")


@check(
    "video: api.video",
    needs=("API_VIDEO_KEY",),
    advice="Check API_VIDEO_KEY and API_VIDEO_URL (sandbox and production differ).",
)
def api_video(_variables: Variables) -> str:
    """Exchange the key for a token and count videos."""
    from auto360.container.video_providers import api_video as wired

    return f"{wired().count()} videos"


@check(
    "video: Yandex",
    needs=("YANDEX_VIDEO_CHANNEL_ID",),
    advice="Give the service account `video.editor` in the organization; check key and channel.",
)
def yandex_video(_variables: Variables) -> str:
    """Exchange the key for an IAM token and read the channel."""
    from auto360.container.video_providers import yandex as wired

    return f"{wired().count()} videos in the channel"


def _bank(name: str) -> str:
    """Ask for an order that does not exist: only who is let in learns that it does not."""
    from auto360.container.payments import bank
    from auto360.providers.payments import BankRefused, OrderRef, OrderUnknown

    wired = bank(name)
    if wired is None:
        raise Warn("configured, but not named in BANKS")
    nobody = OrderRef(attempt_id=str(uuid4()), provider_ref=str(uuid4()))
    try:
        wired.orders.query(nobody, timeout=_SECONDS)
    except BankRefused as refused:
        if refused.lasting or refused.bank_code not in (_NO_SUCH_ORDER, *_UNPUBLISHED):
            raise
        if refused.bank_code in _UNPUBLISHED:
            raise Warn(f"refuses an order that does not exist with {refused.bank_code}") from None
        return "credentials accepted"
    except OrderUnknown:
        return "credentials accepted (test)" if wired.is_test else "credentials accepted"
    return "answers for an order that does not exist"


@check(
    "bank: O!Деньги", needs=("ODENGI_PASSWORD",), advice="Check ODENGI_SID and ODENGI_PASSWORD with the bank's manager."
)
def odengi(_variables: Variables) -> str:
    """Signed calls are accepted."""
    return _bank("odengi")


@check("bank: MBank", needs=("MKASSA_API_KEY",), advice="Check MKASSA_API_KEY in the cabinet of MKassa.")
def mbank(_variables: Variables) -> str:
    """Check the key."""
    return _bank("mbank")


@check(
    "bank: Bakai", needs=("BAKAI_QR_TOKEN",), advice="Check the token of the external service in the bank's cabinet."
)
def bakai(_variables: Variables) -> str:
    """Check the token."""
    return _bank("bakai")


@check("bank: Optima", needs=("OPTIMA_API_KEY",), advice="Check OPTIMA_API_KEY with the bank's manager.")
def optima(_variables: Variables) -> str:
    """Check the key."""
    return _bank("optima")


@check(
    "bank: Freedom Pay",
    needs=("FREEDOMPAY_SECRET_KEY",),
    advice="Check merchant id and secret key in the cabinet of Freedom Pay.",
)
def freedom_pay(_variables: Variables) -> str:
    """Signed calls are accepted."""
    return _bank("freedompay")


def _probe(store: Any) -> str:
    """Write, look, read and delete a small object under a name of its own."""
    key, content = f"doctor-probe/{uuid4()}", uuid4().bytes
    try:
        written = store.put(key, [content])
        if written.sha256 != hashlib.sha256(content).digest() or b"".join(store.get(key)) != content:
            raise Wrong("read bytes differ from the written ones")
        if store.head(key) is None:
            raise Wrong("the written object is missing")
    finally:
        store.delete([key])
    if store.head(key) is not None:
        raise Wrong("the deleted object is still there; is versioning or a lock on?")
    return "written, read and deleted"


@check(
    "bucket: VK Cloud",
    needs=("VK_CLOUD_BUCKET", "VK_CLOUD_ACCESS_KEY"),
    advice="Check endpoint, keys and the rights of the account on the bucket.",
)
def vk_cloud(_variables: Variables) -> str:
    """Write, read and delete a probe."""
    from auto360.container.object_storage import backup_store

    return _probe(backup_store())


@check(
    "bucket: Yandex",
    needs=("YANDEX_STORAGE_BUCKET", "YANDEX_STORAGE_ACCESS_KEY"),
    advice="Give the account of the key `storage.editor` on the bucket.",
)
def yandex_storage(_variables: Variables) -> str:
    """Write, read and delete a probe."""
    from auto360.container.object_storage import upload_store

    return _probe(upload_store())


@check(
    "database for dumps",
    needs=("BACKUP_DATABASE_URL",),
    advice="Use the session pooler's address, port 5432, with `sslmode=require`.",
)
def dumps(variables: Variables) -> str:
    """Postgres lets us in, and is a version that our tools can dump."""
    import psycopg

    with psycopg.connect(variables["BACKUP_DATABASE_URL"], connect_timeout=int(_SECONDS)) as connection:
        version = connection.info.server_version // 10000
    if version > _NEWEST_POSTGRES:
        raise Wrong(f"Postgres {version}; the tools of this checkout dump up to {_NEWEST_POSTGRES}")
    return f"Postgres {version}"


@check(
    "CDN: Yandex",
    needs=("YANDEX_CDN_RESOURCE_ID",),
    advice="Check the id of the resource; the service account needs `cdn.editor` in its folder.",
)
def cdn(_variables: Variables) -> str:
    """Read the resource."""
    from auto360.container.cdn import yandex_cdn

    yandex_cdn().read()
    return "the resource exists"


@check("push: Expo", needs=("EXPO_ACCESS_TOKEN",), advice="Check EXPO_ACCESS_TOKEN at expo.dev.")
def push(_variables: Variables) -> str:
    """Ask for the receipt of a push that does not exist."""
    from auto360.container.notifications import expo

    refusal = expo().refusal()
    if refusal:
        raise Wrong(refusal)
    return "lets us in"


@check(
    "metrics",
    needs=("METRIC_SOURCE",),
    advice="Check METRIC_SOURCE; the service account or the API key needs `monitoring.viewer`.",
)
def metrics(variables: Variables) -> str:
    """Read every source of metrics."""
    from auto360.container.monitoring import metric_sources

    if variables["METRIC_SOURCE"] == "yandex" and not variables.get("YANDEX_MONITORING_API_KEY"):
        raise Warn("read with the function's own account, so only `monitor` itself can tell")
    return ", ".join(f"{len(source.read())} from {source.name}" for source in metric_sources())


@check(
    "mail",
    needs=("MAIL_ACCESS_KEY", "ALERT_EMAILS"),
    advice="Check the static key and that its account may send mail for the domain.",
)
def mail(_variables: Variables) -> str:
    """Check the key and the domain; sends no mail."""
    from auto360.providers.alert_channels.ses import MailSettings, ses_client

    settings = MailSettings.load()
    client: Any = ses_client(settings)
    domain = settings.mail_sender.partition("@")[2]
    if not client.get_email_identity(EmailIdentity=domain)["VerifiedForSendingStatus"]:
        raise Wrong(f"{domain} is not verified")
    return f"mail from {domain} may be sent"
