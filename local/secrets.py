"""Secrets of a local stack: generated at the first start, stored in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local.errors import broken_data
from local.tokens import TokenKeys, base64url, new_rsa_key, new_signing_key


def _word() -> str:
    return secrets.token_urlsafe(32)


def _name(prefix: str) -> Callable[[], str]:
    return lambda: f"{prefix}-{secrets.token_hex(4)}"


def _api_key(kind: str) -> Callable[[], str]:
    return lambda: f"sb_{kind}_{secrets.token_urlsafe(24)}"


def _access_key() -> str:
    return secrets.token_hex(10).upper()


def _age_identity() -> str:
    import pyrage

    return str(pyrage.x25519.Identity.generate())


_FACTORIES: dict[str, Callable[[], str]] = {
    "signing_key_pem": new_signing_key,
    "signing_key_id": _name("local"),
    "otp_secret": lambda: base64url(secrets.token_bytes(32)),
    "email_secret": lambda: base64url(secrets.token_bytes(32)),
    "backup_key": lambda: base64url(secrets.token_bytes(32)),
    "backup_identity": _age_identity,
    "backup_offline_identity": _age_identity,
    "nikita_login": _name("nikita"),
    "smsc_login": _name("smsc"),
    "stored_secret_key": lambda: base64url(secrets.token_bytes(32)),
    "stored_secret_digest_key": lambda: base64url(secrets.token_bytes(32)),
    "s3_access_key": _access_key,
    "yandex_storage_access_key": _access_key,
    "supabase_storage_access_key": _access_key,
    "storage_service_access_key": _access_key,
    "supabase_publishable_key": _api_key("publishable"),
    "supabase_secret_key": _api_key("secret"),
    "yandex_key_id": _name("aje"),
    "yandex_private_key_pem": new_rsa_key,
}


@dataclass(frozen=True)
class Keyring:
    """Secrets shared by the parts of the stack. Never printed, never logged."""

    signing_key_pem: str
    signing_key_id: str
    jwt_secret: str
    otp_secret: str
    staff_key: str
    nikita_login: str
    nikita_password: str
    smsc_login: str
    smsc_password: str
    smsc_callback_secret: str
    sms_report_secret: str
    api_video_key: str
    api_video_webhook_secret: str
    yandex_key_id: str
    yandex_private_key_pem: str
    odengi_password: str
    mkassa_api_key: str
    mkassa_callback_secret: str
    bakai_qr_token: str
    bakai_paylink_token: str
    bakai_callback_secret: str
    optima_api_key: str
    optima_callback_password: str
    freedompay_secret_key: str
    stored_secret_key: str
    stored_secret_digest_key: str
    alert_webhook_secret: str
    mail_access_key: str
    mail_secret_key: str
    mail_report_secret: str
    email_secret: str
    monitoring_api_key: str
    expo_access_token: str
    postgres_password: str
    authenticator_password: str
    # Opens backups of a stack from before age.
    backup_key: str
    backup_identity: str
    backup_offline_identity: str
    s3_access_key: str
    s3_secret_key: str
    yandex_storage_access_key: str
    yandex_storage_secret_key: str
    supabase_storage_access_key: str
    supabase_storage_secret_key: str
    storage_service_access_key: str
    storage_service_secret_key: str
    supabase_publishable_key: str
    supabase_secret_key: str

    def __repr__(self) -> str:
        return "Keyring(…)"

    @classmethod
    def generate(cls, known: dict[str, str] | None = None) -> Keyring:
        """Fresh secrets, except those already known (a file written by an earlier version lacks some)."""
        values = dict(known or {})
        for field in fields(cls):
            if field.name not in values:
                values[field.name] = _FACTORIES.get(field.name, _word)()
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    @classmethod
    def load_or_create(cls, path: Path) -> Keyring:
        """Read the file; create it, or its missing secrets."""
        known = _read(path) if path.exists() else {}
        keyring = cls.generate(known)
        if known != asdict(keyring):
            _write(path, asdict(keyring))
        return keyring

    @property
    def backup_recipient(self) -> str:
        """Return the public key of the offline identity."""
        import pyrage

        return str(pyrage.x25519.Identity.from_str(self.backup_offline_identity).to_public())

    def token_keys(self, issuer: str) -> TokenKeys:
        """Return the keys for signing and checking tokens."""
        return TokenKeys(self.signing_key_pem, self.signing_key_id, self.jwt_secret, issuer)


def _read(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise broken_data(path.parent, f"{path.name} is not readable as JSON") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) and value for value in values.values()):
        raise broken_data(path.parent, f"{path.name} does not hold a set of secrets")
    return values


def _write(path: Path, values: dict[str, str]) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=1)
    draft.replace(path)
