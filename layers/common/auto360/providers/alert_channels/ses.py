"""E-mail through the API of Amazon SES (version 2), which Yandex Cloud Postbox supports too, signatures included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.alert_channels import AlertMessage, ChannelFailure

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CONNECT_SECONDS = 3.0
_CALL_SECONDS = 6.0


class MailSettings(EnvSettings):
    """E-mail account: static access key with the right to send, and a sender of a verified domain."""

    mail_api_url: HttpUrl = HttpUrl("https://postbox.cloud.yandex.net")
    mail_region: str = "ru-central1"
    mail_access_key: str
    mail_secret_key: SecretStr
    mail_sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


def ses_client(settings: MailSettings) -> BaseClient:
    """Return the library's client, with a time-out for every try."""
    from botocore.config import Config

    from auto360.providers.transport.aws import bound, new_session

    config = Config(retries={"mode": "standard", "total_max_attempts": 2})
    keys = settings.mail_access_key, settings.mail_secret_key.get_secret_value()
    session = new_session(*keys, settings.mail_region)
    client: BaseClient = session.client("sesv2", endpoint_url=str(settings.mail_api_url).rstrip("/"), config=config)
    bound(client, connect=_CONNECT_SECONDS, read=_CALL_SECONDS)
    return client


class SesMail:
    """`AlertChannel` over e-mail. Mail has no ids: a retry after a lost answer may arrive twice."""

    def __init__(self, settings: MailSettings, client: BaseClient) -> None:
        self._sender, self._client = settings.mail_sender, client

    def send(self, message: AlertMessage) -> None:
        """Send one plain text. Raises ChannelFailure."""
        from botocore.exceptions import BotoCoreError, ClientError

        content = {
            "Subject": {"Data": message.subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
        }
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.recipient]},
                Content={"Simple": content},
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "refused"))[:50]
            raise ChannelFailure(code, is_down=False) from error
        except BotoCoreError as error:
            raise ChannelFailure("no_reply", is_down=True) from error
