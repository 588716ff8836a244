"""Environment variables that the stack offers to functions; `template.yaml` selects those of each function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from local import banks
from local.object_storage import storage_variables
from local.operations import operations_variables
from local.secrets import Keyring
from local.tokens import TokenKeys

# The same on every machine and port, so that tokens survive a change of port. The name can never be registered.
ISSUER = "https://local.360auto.invalid/auth/v1"
SENDER = "360AUTO"
VIDEO_CHANNEL, CDN_RESOURCE, SERVICE_ACCOUNT = "vplc360auto", "bc8360auto", "aje360auto"

# Settings that may be overridden. Any other would connect a local function to a real project.
_OVERRIDABLE = (
    "ALLOWED_ORIGINS",
    "APP_PROFILE",
    "LOG_LEVEL",
    "NIKITA_SMS_SENDER",
    "SMSC_SENDER",
    "SMS_PROVIDERS",
    "BILLING_SMS",
)


@dataclass(frozen=True)
class Addresses:
    """Addresses of the parts of this run; `edge_cache` only if files are reached through the CDN."""

    gateway: str
    postgrest: str
    simulators: str
    s3: str
    database: str = ""
    redis: str | None = None
    supabase: str = ""
    edge_cache: str = ""


def token_keys(keyring: Keyring) -> TokenKeys:
    """Return the keys with which tokens of the local stack are signed."""
    return keyring.token_keys(ISSUER)


def function_environment(keyring: Keyring, addresses: Addresses, overrides: Mapping[str, str]) -> dict[str, str]:
    """Return every variable of the stack; `overrides` may change the harmless ones."""
    keys = token_keys(keyring)
    variables = {
        "APP_ENV": "local",
        "ALLOWED_ORIGINS": addresses.gateway,
        "LOG_LEVEL": "INFO",
        "PUBLIC_API_URL": f"{addresses.gateway}/api",
        "SUPABASE_URL": addresses.supabase or addresses.gateway,
        "SUPABASE_REST_URL": addresses.postgrest,
        "SUPABASE_SERVICE_ROLE_KEY": keys.role_token("service_role"),
        "SUPABASE_ANON_KEY": keys.role_token("anon"),
        "JWT_SIGNING_KEY": keys.signing_key_pem,
        "JWT_SIGNING_KEY_ID": keys.signing_key_id,
        "JWT_PUBLIC_KEYS": keys.public_jwks(),
        "JWT_SECRET": keys.jwt_secret,
        "JWT_ISSUER": keys.issuer,
        "OTP_SECRETS": f"k1:{keyring.otp_secret}",
        "BACKUP_DATABASE_URL": addresses.database,
        "BACKUP_KEYS": f"k2:{keyring.backup_identity},k1:{keyring.backup_key}",
        "BACKUP_RECIPIENTS": keyring.backup_recipient,
        "STAFF_KEY": keyring.staff_key,
        "BANK_WEBHOOKS_URL": addresses.gateway,
        "PAYMENT_RETURN_URL": addresses.gateway,
        "OPERATIONS_ORIGINS": f"{addresses.gateway},{addresses.gateway.replace('127.0.0.1', 'localhost')}",
        "SMS_REPORT_SECRET": keyring.sms_report_secret,
        **storage_variables(keyring, addresses.s3),
        **_providers(keyring, addresses.simulators),
        **video_providers(keyring, addresses.simulators),
        **banks.function_variables(keyring, addresses.simulators),
        **operations_variables(keyring, addresses.simulators),
    }
    if addresses.edge_cache:
        variables |= {
            "PUBLIC_API_URL": f"{addresses.edge_cache}/api",
            "PICTURES_URL": f"{addresses.edge_cache}/storage/v1/object/public/pictures/",
        }
    if addresses.redis:
        variables["REDIS_URL"] = addresses.redis
    variables.update({name: overrides[name] for name in _OVERRIDABLE if overrides.get(name)})
    return variables


def _providers(keyring: Keyring, simulators: str) -> dict[str, str]:
    return {
        "SMS_PROVIDERS": "nikita,smsc",
        "NIKITA_SMS_API_URL": f"{simulators}/nikita",
        "NIKITA_SMS_LOGIN": keyring.nikita_login,
        "NIKITA_SMS_PASSWORD": keyring.nikita_password,
        "NIKITA_SMS_SENDER": SENDER,
        "SMSC_API_URL": f"{simulators}/smsc",
        "SMSC_LOGIN": keyring.smsc_login,
        "SMSC_PASSWORD": keyring.smsc_password,
        "SMSC_SENDER": SENDER,
        "SMSC_CALLBACK_SECRET": keyring.smsc_callback_secret,
    }


def video_providers(keyring: Keyring, simulators: str) -> dict[str, str]:
    """Return the accounts at api.video and at Yandex Cloud."""
    key = {
        "id": keyring.yandex_key_id,
        "service_account_id": SERVICE_ACCOUNT,
        "private_key": keyring.yandex_private_key_pem,
    }
    return {
        # The header X-App-Build names the app's build: here uploads of any build go to Yandex.
        "VIDEO_YANDEX_PERCENT": "100",
        "VIDEO_TUS_MIN_BUILD": "1",
        "API_VIDEO_URL": f"{simulators}/api_video",
        "API_VIDEO_KEY": keyring.api_video_key,
        "API_VIDEO_WEBHOOK_SECRET": keyring.api_video_webhook_secret,
        "YANDEX_VIDEO_URL": f"{simulators}/yandex",
        "YANDEX_IAM_URL": f"{simulators}/yandex",
        "YANDEX_VIDEO_CHANNEL_ID": VIDEO_CHANNEL,
        "YANDEX_CDN_URL": f"{simulators}/yandex_cdn",
        "YANDEX_CDN_RESOURCE_ID": CDN_RESOURCE,
        "YANDEX_SERVICE_ACCOUNT_KEY": json.dumps(key),
    }
