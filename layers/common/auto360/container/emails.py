"""Wiring of e-mail: addresses, links of mails, the outbox, the provider's reports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from auto360.container.data import database, provider_http
from auto360.core.clock import utc_now
from auto360.core.settings import EnvSettings

if TYPE_CHECKING:
    from auto360.domains.emails.addresses import EmailAddresses, EmailLinks
    from auto360.domains.emails.reports import EmailReports, EmailStatus
    from auto360.domains.emails.secrets import NewProofs
    from auto360.domains.emails.sending import EmailSender
    from auto360.providers.email import MailProvider

_MAX_SNS_BYTES, _SNS_SECONDS = 64 * 1024, 4.0


class EmailLinkSettings(EnvSettings):
    """`PUBLIC_API_URL`: where callers reach our API; links of mails lie below its `/email`."""

    public_api_url: str


def _new_proofs() -> NewProofs:
    from auto360.domains.emails.addresses import EmailPolicy
    from auto360.domains.emails.secrets import EmailSecretSettings, NewProofs

    return NewProofs(EmailSecretSettings.load().secrets(), EmailPolicy.load().email_proof_seconds)


@cache
def addresses() -> EmailAddresses:
    from auto360.domains.emails.addresses import EmailAddresses

    proofs = _new_proofs()
    return EmailAddresses(database(), proofs.secrets, proofs)


@cache
def links() -> EmailLinks:
    from auto360.domains.emails.addresses import EmailLinks

    proofs = _new_proofs()
    return EmailLinks(database(), proofs.secrets, proofs)


@cache
def mail_provider() -> MailProvider:
    """Build the provider that alerts and users' mails have in common."""
    from auto360.providers.email.ses import MailSettings, SesMail, ses_client

    settings = MailSettings.load()
    return SesMail(settings, ses_client(settings))


@cache
def sender() -> EmailSender:
    """Build the timer that sends e-mails."""
    from auto360.domains.accounts.code_secrets import CodeSecretSettings
    from auto360.domains.emails.composing import Composer
    from auto360.domains.emails.secrets import EmailSecretSettings
    from auto360.domains.emails.sending import EmailSender, EmailSendingPolicy

    codes = CodeSecretSettings.load().secrets()

    def login_code(proof: Mapping[str, Any]) -> str:
        return codes.code(proof["key_id"], phone=proof["phone"], nonce=proof["nonce"], length=proof["length"])

    url = f"{EmailLinkSettings.load().public_api_url.rstrip('/')}/email"
    composer = Composer(EmailSecretSettings.load().secrets(), url, login_code)
    return EmailSender(database(), mail_provider(), composer, EmailSendingPolicy.load())


@cache
def reports() -> EmailReports:
    """Build the receiver of the provider's reports."""
    from auto360.domains.emails.reports import EmailReports, EmailReportSettings
    from auto360.providers.email.sns import SnsMessages

    backend, settings = database(), EmailReportSettings.load()
    return EmailReports(backend, settings, SnsMessages(settings.mail_sns_topic, _fetched, utc_now))


def _fetched(url: str) -> bytes:
    """Return the document at an address of SNS. Raises SnsUnreachable."""
    import httpx

    from auto360.providers.email.sns import SnsUnreachable
    from auto360.providers.transport import at_most

    try:
        reply = provider_http().get(url, timeout=_SNS_SECONDS, extensions=at_most(_MAX_SNS_BYTES))
    except httpx.HTTPError as error:
        raise SnsUnreachable from error
    if reply.status_code != httpx.codes.OK:
        raise SnsUnreachable
    return reply.content


@cache
def status() -> EmailStatus:
    from auto360.domains.emails.reports import EmailStatus

    return EmailStatus(database())
