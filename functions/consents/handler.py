"""GET /api/consents/status, POST /api/consents/accept and /revoke: versioned, audited consent."""

from datetime import datetime

from pydantic import Field

from auto360.container import accounts
from auto360.core.refusals.accounts import ConsentRequired
from auto360.domains.accounts.consents import Choice, ConsentOrigin
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import CamelModel, Envelope, Model, RequestBody
from auto360.http.requests import CurrentRequest, Request

app = make_app()


class Consent(Model):
    """Accepted documents, their versions and the time."""

    terms_version: str
    privacy_version: str
    processing_version: str
    marketing_accepted: bool
    notifications_accepted: bool
    accepted_at: datetime


class Status(CamelModel):
    """Consent state; `hasConsents` is true when the versions in force are accepted."""

    has_consents: bool
    requires_reconsent: bool
    consent: Consent | None


class Recorded(Model):
    """Consent in force after the call, or null."""

    consent: Consent | None


class Acceptance(RequestBody):
    """Answers to the required documents, and the two optional choices."""

    terms_accepted: bool = True
    privacy_accepted: bool = True
    processing_accepted: bool = True
    marketing_accepted: bool = False
    notifications_accepted: bool = False


class Revocation(RequestBody):
    """Revoke consent; `partial` withdraws one optional choice, without it everything is withdrawn."""

    reason: str | None = Field(None, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")
    partial: Choice | None = None


@app.get("/api/consents/status", middlewares=[limited("default")])
def status(user: SignedIn) -> Envelope[Status]:
    """Get the caller's consent to the versions in force."""
    found = accounts.consents().status(user)
    consent = Consent.model_validate(found.current) if found.current else None
    return Envelope(
        data=Status(has_consents=found.has_consents, requires_reconsent=found.requires_reconsent, consent=consent)
    )


@app.post("/api/consents/accept", middlewares=[limited("default")])
@refuses(ConsentRequired)
def accept(body: Acceptance, user: SignedIn, request: CurrentRequest) -> Envelope[Recorded]:
    """Accept the documents in force."""
    row = accounts.consents().accept(
        user,
        refused=not (body.terms_accepted and body.privacy_accepted and body.processing_accepted),
        marketing=body.marketing_accepted,
        notifications=body.notifications_accepted,
        origin=_origin(request),
    )
    return Envelope(data=Recorded(consent=Consent.model_validate(row)))


@app.post("/api/consents/revoke", middlewares=[limited("default")])
def revoke(body: Revocation, user: SignedIn, request: CurrentRequest) -> Envelope[Recorded]:
    """Withdraw consent, whole or one optional choice."""
    choice = body.partial or "all"
    row = accounts.consents().revoke(user, choice=choice, reason=body.reason, origin=_origin(request))
    consent = Consent.model_validate(row) if row and choice != "all" else None
    return Envelope(data=Recorded(consent=consent))


def _origin(request: Request) -> ConsentOrigin:
    return ConsentOrigin(request.address, request.user_agent, request.id)


handler = entrypoint(app)
