"""Mail through the API of Amazon SES (version 2), which Yandex Cloud Postbox supports too, signatures included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, HttpUrl, SecretStr

from auto360.core.clock import Clock, utc_now
from auto360.core.settings import EnvSettings
from auto360.providers.email import TAG, Mail, MailOutcome, plain_text
from auto360.providers.email.mime import mail_bytes

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

_CONNECT_SECONDS = 3.0
_CALL_SECONDS = 6.0
_RATE_SECONDS, _ACCOUNT_SECONDS = 10.0, 300.0
# Of this mail or its recipient. Other refusals concern our account, key or domain: mail waits for their repair.
_OF_THE_MAIL = ("MessageRejected", "BadRequestException", "ValidationException", "InvalidParameterValue")
_RATE = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling")


class MailSettings(EnvSettings):
    """E-mail account: static access key with the right to send, and a sender of a verified domain.

    `mail_configuration` names the provider's configuration that reports bounces; empty: the one of the domain.
    """

    mail_api_url: HttpUrl = HttpUrl("https://postbox.cloud.yandex.net")
    mail_region: str = "ru-central1"
    mail_access_key: str
    mail_secret_key: SecretStr
    mail_sender: str = Field(pattern=r"^[^@\s<>,]+@[^@\s<>,]+$")
    mail_configuration: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,64}$")


def ses_client(settings: MailSettings) -> BaseClient:
    """Return the library's client, which tries once: a repeat may arrive twice."""
    from botocore.config import Config

    from auto360.providers.transport.aws import bound, new_session

    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    keys = settings.mail_access_key, settings.mail_secret_key.get_secret_value()
    session = new_session(*keys, settings.mail_region)
    client: BaseClient = session.client("sesv2", endpoint_url=str(settings.mail_api_url).rstrip("/"), config=config)
    bound(client, connect=_CONNECT_SECONDS, read=_CALL_SECONDS)
    return client


class SesMail:
    """`MailProvider` over the API. The whole mail is composed by us, including its headers."""

    def __init__(self, settings: MailSettings, client: BaseClient, *, now: Clock = utc_now) -> None:
        self._settings, self._client, self._now = settings, client, now

    def send(self, mail: Mail) -> MailOutcome:
        """Send one mail, once."""
        from botocore import exceptions

        sender = self._settings.mail_sender
        try:
            # A header in place of the API's EmailTags, which Postbox does not document.
            raw = mail_bytes(mail, sender=sender, now=self._now, tags=f"{TAG}={mail.id}")
        except ValueError:
            return MailOutcome("refused", "not_a_mail")
        named = {"ConfigurationSetName": self._settings.mail_configuration} if self._settings.mail_configuration else {}
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={"Raw": {"Data": raw}},
                **named,
            )
        except exceptions.ClientError as error:
            return _refusal(error)
        except (exceptions.ConnectTimeoutError, exceptions.EndpointConnectionError):
            return MailOutcome("later", "connect", seconds=_RATE_SECONDS)
        except exceptions.BotoCoreError:
            return MailOutcome("unknown", "no_reply")
        found = plain_text(answer.get("MessageId"))
        return MailOutcome("accepted", provider_ref=found) if found else MailOutcome("unknown", "no_id")


def _refusal(error: ClientError) -> MailOutcome:
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = plain_text(error.response.get("Error", {}).get("Code", "refused"), at_most=50)
    if status >= 500:
        return MailOutcome("unknown", code)
    if status == 429 or code in _RATE:
        return MailOutcome("later", code, seconds=_RATE_SECONDS)
    if code in _OF_THE_MAIL:
        return MailOutcome("refused", code)
    return MailOutcome("later", code, seconds=_ACCOUNT_SECONDS)
