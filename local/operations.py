"""Variables of operations on the local stack: recipients of alerts, and the services that deliver them."""

from __future__ import annotations

from local.secrets import Keyring

ALERT_PHONE = "+996700000360"
ALERT_EMAIL = "operators@360auto.invalid"
MAIL_SENDER = "alerts@360auto.invalid"
FOLDER, GATEWAY = "local-folder", "local-gateway"


def operations_variables(keyring: Keyring, simulators: str) -> dict[str, str]:
    """Return the monitor's variables; the simulators read the same accounts."""
    return {
        "ALERT_PHONES": ALERT_PHONE,
        "ALERT_EMAILS": ALERT_EMAIL,
        "ALERT_WEBHOOK_URL": f"{simulators}/webhook/alerts",
        "ALERT_WEBHOOK_SECRET": keyring.alert_webhook_secret,
        "MAIL_API_URL": f"{simulators}/mailbox",
        "MAIL_ACCESS_KEY": keyring.mail_access_key,
        "MAIL_SECRET_KEY": keyring.mail_secret_key,
        "MAIL_SENDER": MAIL_SENDER,
        "MAIL_REPORT_SECRET": keyring.mail_report_secret,
        "EMAIL_SECRETS": f"k1:{keyring.email_secret}",
        "EMAIL_RUN_SECONDS": "3",
        "EMAIL_PER_SECOND": "20",
        "SUPABASE_METRICS_URL": f"{simulators}/supabase_host/customer/v1/privileged/metrics",
        "EXPO_PUSH_URL": f"{simulators}/expo/--/api/v2/push",
        "EXPO_ACCESS_TOKEN": keyring.expo_access_token,
        # Timers are run by hand here, and their callers wait for the end.
        "PUSH_RUN_SECONDS": "0.5",
        "METRIC_SOURCE": "yandex",
        "YANDEX_MONITORING_URL": f"{simulators}/yandex_monitoring",
        "YANDEX_MONITORING_FOLDER": FOLDER,
        "YANDEX_MONITORING_GATEWAY": GATEWAY,
        "YANDEX_MONITORING_API_KEY": keyring.monitoring_api_key,
    }
