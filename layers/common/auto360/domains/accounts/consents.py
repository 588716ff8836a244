"""Consent to the terms, the privacy policy and the data processing: versioned, audited, independent of login."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from auto360.core.errors import AuthenticationRequired
from auto360.core.identity import Principal
from auto360.core.refusals.accounts import ConsentRequired
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.consents_and_audit_log import consent_accept, consent_revoke

Choice = Literal["all", "marketing", "notifications"]


class ConsentVersions(EnvSettings):
    """Document versions in force; a raised version requires consent of every user again."""

    consent_terms_version: str = Field("2025.11.01", pattern=r"^[0-9A-Za-z.\-]{1,40}$")
    consent_privacy_version: str = Field("2025.11.01", pattern=r"^[0-9A-Za-z.\-]{1,40}$")
    consent_processing_version: str = Field("2025.11.01", pattern=r"^[0-9A-Za-z.\-]{1,40}$")

    def as_row(self) -> dict[str, str]:
        """Return versions by document, as the database takes them."""
        return {
            "terms": self.consent_terms_version,
            "privacy": self.consent_privacy_version,
            "processing": self.consent_processing_version,
        }


@dataclass(frozen=True)
class ConsentOrigin:
    """Origin of a consent, kept as proof."""

    address: str
    user_agent: str
    request_id: str


@dataclass(frozen=True)
class ConsentStatus:
    """Consent of a user; `requires_reconsent` when an earlier acceptance is of other versions."""

    has_consents: bool
    requires_reconsent: bool
    current: Row | None


@dataclass(frozen=True)
class Consents:
    """Consent use cases and their dependencies."""

    database: Database
    versions: ConsentVersions

    def status(self, principal: Principal) -> ConsentStatus:
        """Return the user's consent, read with the user's own token."""
        rows = self.database.select(
            "user_consents",
            {
                "select": "terms_version,privacy_version,processing_version,marketing_accepted,"
                "notifications_accepted,accepted_at",
                "user_id": f"eq.{principal.user_id}",
                "ended_at": "is.null",
            },
            user_token=principal.token,
        )
        current = rows[0] if rows else None
        is_current = current is not None and all(
            current[f"{document}_version"] == version for document, version in self.versions.as_row().items()
        )
        return ConsentStatus(is_current, current is not None and not is_current, current)

    def accept(
        self, principal: Principal, *, refused: bool, marketing: bool, notifications: bool, origin: ConsentOrigin
    ) -> Row:
        """Record acceptance of the documents in force, with the two optional choices.

        The existing app sends only the choices: its request itself is the acceptance. Raises ConsentRequired when the
        request refuses one of the documents, AuthenticationRequired when the account is gone.
        """
        if refused:
            raise ConsentRequired
        accepted: Row | None = consent_accept(
            self.database,
            user_id=principal.user_id,
            versions=self.versions.as_row(),
            marketing=marketing,
            notifications=notifications,
            origin=_origin(origin),
        )
        if not accepted or not accepted.get("id"):
            raise AuthenticationRequired
        return accepted

    def revoke(self, principal: Principal, *, choice: Choice, reason: str | None, origin: ConsentOrigin) -> Row | None:
        """Withdraw all consent or one optional choice; None when nothing was in force."""
        ended: Row | None = consent_revoke(
            self.database, user_id=principal.user_id, choice=choice, reason=reason, origin=_origin(origin)
        )
        return ended if ended and ended.get("id") else None


def _origin(origin: ConsentOrigin) -> dict[str, Any]:
    return {"address": origin.address, "user_agent": origin.user_agent, "request_id": origin.request_id}
