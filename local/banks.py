"""Simulated banks' accounts: variables of the functions, and settings of the simulators."""

from __future__ import annotations

import json

from local.secrets import Keyring

NAMES = ("odengi", "mbank", "bakai", "optima", "freedompay")
_SID, _MERCHANT, _ACCOUNT, _LOGIN = "1234567890", "100100", "1240000000000000", "auto360"
_QR_TYPE = "CustomQr"


def function_variables(keyring: Keyring, simulators: str) -> dict[str, str]:
    """Return the variables for functions to reach the simulated banks."""
    return {
        "BANKS": ",".join(NAMES),
        "ODENGI_API_URL": f"{simulators}/odengi/api/json/json.php",
        "ODENGI_SID": _SID,
        "ODENGI_PASSWORD": keyring.odengi_password,
        "ODENGI_TEST": "false",
        "MKASSA_API_URL": f"{simulators}/mbank",
        "MKASSA_API_KEY": keyring.mkassa_api_key,
        "MKASSA_CALLBACK_SECRET": keyring.mkassa_callback_secret,
        "MKASSA_LONG_LIVING": "false",
        "BAKAI_API_URL": f"{simulators}/bakai",
        "BAKAI_ACCOUNT": _ACCOUNT,
        "BAKAI_QR_TOKEN": keyring.bakai_qr_token,
        "BAKAI_CALLBACK_SECRET": keyring.bakai_callback_secret,
        "BAKAI_QR_TYPE": _QR_TYPE,
        "OPTIMA_API_URL": f"{simulators}/optima",
        "OPTIMA_API_KEY": keyring.optima_api_key,
        "OPTIMA_LEGAL_PARTY_ID": "1001",
        "OPTIMA_SALE_POINT_CODE": "11",
        "OPTIMA_CASH_CODE": "21",
        "OPTIMA_CALLBACK_LOGIN": _LOGIN,
        "OPTIMA_CALLBACK_PASSWORD": keyring.optima_callback_password,
        "FREEDOMPAY_API_URL": f"{simulators}/freedompay",
        "FREEDOMPAY_MERCHANT_ID": _MERCHANT,
        "FREEDOMPAY_SECRET_KEY": keyring.freedompay_secret_key,
        "FREEDOMPAY_TEST": "false",
        "STORED_SECRET_KEYS": f"k1:{keyring.stored_secret_key}",
        "STORED_SECRET_DIGEST_KEY": keyring.stored_secret_digest_key,
    }


def simulator_settings(keyring: Keyring, gateway: str) -> str:
    """Return the simulators' settings as JSON: the same secrets, and the webhook addresses."""
    hook = f"{gateway}/webhooks/payments"
    return json.dumps(
        {
            "odengi": {"sid": _SID, "password": keyring.odengi_password},
            "mbank": {"api_key": keyring.mkassa_api_key},
            "bakai": {
                "account": _ACCOUNT,
                "qr_token": keyring.bakai_qr_token,
                "paylink_token": keyring.bakai_paylink_token,
                "qr_type": _QR_TYPE,
            },
            "optima": {
                "api_key": keyring.optima_api_key,
                "callback_login": _LOGIN,
                "callback_password": keyring.optima_callback_password,
            },
            "freedompay": {"merchant_id": _MERCHANT, "secret": keyring.freedompay_secret_key},
            "callbacks": {
                "mbank": f"{hook}/mbank/{keyring.mkassa_callback_secret}",
                "bakai": f"{hook}/bakai/{keyring.bakai_callback_secret}",
                "optima": f"{hook}/optima",
            },
        }
    )
