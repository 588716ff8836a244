"""Check the credentials of each provider: balances, counts, queries of unknown objects. Creates no order."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

from infra.doctor import Variables, Warn, Wrong, check

_SECONDS = 10.0
# Below this staff should top up; a login SMS costs about 200 tyiyn.
_MIN_BALANCE_TYIYN = 100_000
_NEWEST_POSTGRES = 17
_COPIED = "avatars,business-logos,documents,listings-thumbnails,listings-videos,pictures"


def _sms(name: str) -> str:
    from auto360.container.sms import providers

    for provider in providers():
        if provider.name == name:
            balance = provider.account(timeout=_SECONDS).balance_tyiyn
            if balance < _MIN_BALANCE_TYIYN:
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
    advice="Give the service account `video.editor` on the channel, as `make deploy` does; check key and channel.",
)
def yandex_video(_variables: Variables) -> str:
    """Exchange the key for an IAM token and read the channel."""
    from auto360.container.video_providers import yandex as wired

    return f"{wired().count()} videos in the channel"


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
    "bucket: uploaded pictures",
    needs=("PICTURE_INCOMING_BUCKET", "YANDEX_STORAGE_ACCESS_KEY"),
    advice="Give the account of the key `storage.editor` on the bucket.",
)
def incoming_pictures(_variables: Variables) -> str:
    """Write, read and delete a probe."""
    from auto360.container.object_storage import incoming_store

    return _probe(incoming_store())


@check(
    "files of Supabase",
    needs=("SUPABASE_STORAGE_ENDPOINT", "SUPABASE_STORAGE_ACCESS_KEY"),
    advice="Switch the S3 protocol on (Storage, Settings); endpoint, region and keys stand on the same page.",
)
def supabase_files(variables: Variables) -> str:
    """List each replicated bucket; writes nothing."""
    from auto360.container.object_storage import supabase_bucket

    names = (variables.get("COPIED_BUCKETS") or _COPIED).split(",")
    held = [name for name in names if next(iter(supabase_bucket(name).list()), None)]
    return f"{len(names)} buckets can be listed, {len(held)} hold files"


@check(
    "database for dumps",
    needs=("BACKUP_DATABASE_URL",),
    advice="Use the session pooler's address, port 5432, with `sslmode=require`.",
)
def dumps(variables: Variables) -> str:
    """Check that Postgres accepts the login and has a version that our tools can dump."""
    import psycopg

    with psycopg.connect(variables["BACKUP_DATABASE_URL"], connect_timeout=int(_SECONDS)) as connection:
        version = connection.info.server_version // 10000
    if version > _NEWEST_POSTGRES:
        raise Wrong(f"Postgres {version}; the tools of this checkout dump up to {_NEWEST_POSTGRES}")
    return f"Postgres {version}"


@check(
    "CDN: Yandex",
    needs=("YANDEX_CDN_RESOURCE_ID",),
    advice="Check id and role (`cdn.editor`); `make cdn-plan` shows differences, `make cdn-apply` mends them.",
)
def cdn(variables: Variables) -> str:
    """Compare the resource with the settings of the repository: others may cache private answers and expired links."""
    from auto360.container.cdn import yandex_cdn
    from infra.template import load_project
    from tools.cdn.plan import changes
    from tools.cdn.refusals import refusals
    from tools.cdn.settings import wanted

    found = yandex_cdn().read()
    if variables.get("APP_ENV") == "local":
        return "the simulated resource exists"
    if faults := list(refusals(found, load_project())):
        raise Wrong(f"{len(faults)} dangerous settings: {faults[0]}")
    if differing := list(changes(wanted(), found)):
        raise Warn(f"{len(differing)} settings differ: {differing[0].kind} {differing[0].what}")
    return "as in the repository"


@check("push: Expo", needs=("EXPO_ACCESS_TOKEN",), advice="Check EXPO_ACCESS_TOKEN at expo.dev.")
def push(_variables: Variables) -> str:
    """Query the receipt of an unknown push."""
    from auto360.container.notifications import expo

    refusal = expo().refusal()
    if refusal:
        raise Wrong(refusal)
    return "credentials accepted"


@check(
    "metrics",
    needs=("METRIC_SOURCE",),
    advice="Check METRIC_SOURCE; the service account or the API key needs `monitoring.viewer`.",
)
def metrics(variables: Variables) -> str:
    """Read every source of metrics."""
    from auto360.container.monitoring import metric_sources

    if variables["METRIC_SOURCE"] == "yandex" and not variables.get("YANDEX_MONITORING_API_KEY"):
        raise Warn("read with the function's own account, so only `monitor` itself can check it")
    read = {source.name: source.read() for source in metric_sources()}
    if silent := [name for name, samples in read.items() if samples and all(each.value is None for each in samples)]:
        raise Warn(f"no figures from {', '.join(silent)}: wrong name of the gateway, or no recent calls")
    return ", ".join(f"{len(samples)} from {name}" for name, samples in read.items())


@check(
    "mail",
    needs=("MAIL_ACCESS_KEY",),
    advice="Check the static key, and set the domain up as docs/runbooks/email-domain.md says.",
)
def mail(_variables: Variables) -> str:
    """Check the key, the domain and its signature in the DNS; sends no mail."""
    from auto360.providers.email.ses import MailSettings, ses_client

    settings = MailSettings.load()
    client: Any = ses_client(settings)
    domain = settings.mail_sender.partition("@")[2]
    found = client.get_email_identity(EmailIdentity=domain)
    if not found["VerifiedForSendingStatus"]:
        raise Wrong(f"{domain} is not verified")
    signed = found.get("DkimAttributes", {})
    if not signed.get("SigningEnabled") or signed.get("Status") != "SUCCESS":
        raise Wrong(f"mail from {domain} is not signed: DKIM is {signed.get('Status', 'absent')}")
    return f"mail from {domain} may be sent, and is signed"
