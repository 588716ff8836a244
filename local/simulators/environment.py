"""Environment of the simulators: the functions' accounts, and the addresses for reports."""

from __future__ import annotations

from collections.abc import Mapping

from local.banks import simulator_settings
from local.function_environment import SENDER, Addresses, video_providers
from local.operations import operations_variables
from local.paths import environ_for_tools
from local.secrets import Keyring


def simulators_environment(
    keyring: Keyring, addresses: Addresses, *, port: int, edge_port: int, overrides: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of `python -m local.simulators`; `overrides` is that of `make up`."""
    gateway, secret = addresses.gateway, keyring.sms_report_secret
    environ = {
        **environ_for_tools(),
        "AUTO360_SIMULATORS_PORT": str(port),
        "AUTO360_EDGE_CACHE_PORT": str(edge_port),
        "AUTO360_SUPABASE_URL": addresses.supabase,
        "NIKITA_SMS_LOGIN": keyring.nikita_login,
        "NIKITA_SMS_PASSWORD": keyring.nikita_password,
        "NIKITA_SMS_SENDER": overrides.get("NIKITA_SMS_SENDER") or SENDER,
        "NIKITA_REPORT_URL": f"{gateway}/webhooks/sms/nikita/{secret}",
        "SMSC_LOGIN": keyring.smsc_login,
        "SMSC_PASSWORD": keyring.smsc_password,
        "SMSC_SENDER": overrides.get("SMSC_SENDER") or SENDER,
        "SMSC_CALLBACK_URL": f"{gateway}/webhooks/sms/smsc/{secret}",
        "SMSC_CALLBACK_SECRET": keyring.smsc_callback_secret,
        "AUTO360_GATEWAY_URL": gateway,
        "JWT_SECRET": keyring.jwt_secret,
        **operations_variables(keyring, addresses.simulators),
        "MAIL_REPORT_URL": f"{gateway}/webhooks/email/{keyring.mail_report_secret}",
        "API_VIDEO_REPORT_URL": f"{gateway}/webhooks/video/api-video",
        **video_providers(keyring, addresses.simulators),
        "AUTO360_BANKS": simulator_settings(keyring, gateway),
    }
    if "AUTO360_DELIVERED_CODES" in overrides:
        environ["AUTO360_DELIVERED_CODES"] = overrides["AUTO360_DELIVERED_CODES"]
    return environ
