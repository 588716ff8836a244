"""Recipients of alerts, and their language."""

from typing import Literal

from pydantic import Field, SecretStr

from auto360.core import phone
from auto360.core.settings import EnvSettings

WEBHOOK = "webhook"


class AlertSettings(EnvSettings):
    """Phones and e-mail addresses, comma-separated. The webhook is used where `ALERT_WEBHOOK_URL` is set."""

    alert_phones: SecretStr = SecretStr("")
    alert_emails: SecretStr = SecretStr("")
    alert_webhook_url: SecretStr = SecretStr("")
    alert_language: Literal["ru", "en"] = "ru"
    runbook_url: str = Field("docs/runbooks", pattern=r"^\S+$")

    @property
    def phones(self) -> list[str]:
        """Return phones in E.164. Raises PhoneInvalid."""
        return [phone.normalise(number) for number in _parts(self.alert_phones)]

    @property
    def recipients(self) -> dict[str, list[str]]:
        """Return recipients by channel, as SQL takes them.

        The webhook's address may hold a secret, so only its name is stored.
        """
        webhook = [WEBHOOK] if self.alert_webhook_url.get_secret_value() else []
        return {"sms": self.phones, "email": _parts(self.alert_emails), "webhook": webhook}


def _parts(secret: SecretStr) -> list[str]:
    return [part.strip() for part in secret.get_secret_value().split(",") if part.strip()]
