"""/api/account/email…: the caller's optional e-mail address."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from auto360.container import emails
from auto360.core.errors import ValidationFailed
from auto360.core.refusals.emails import (
    EmailCodeInvalid,
    EmailInUse,
    EmailLimit,
    EmailLinkExpired,
    EmailLinkInvalid,
    EmailLinkOtherAccount,
    EmailLinkReplaced,
    EmailLinkUsed,
)
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, RequestBody
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.common import LoginCode

app = make_app()
LIMITS = [limited("default")]


class NewEmail(RequestBody):
    """Address as typed. It is stored in small letters, its domain in the ASCII form."""

    email: str = Field(min_length=3, max_length=320)


class EmailProof(RequestBody):
    """Code of the mail, or the last part of its link: one of both."""

    code: LoginCode | None = None
    token: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{43}$")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.code is None) == (self.token is None):
            raise ValueError("code or token")
        return self


class PendingEmail(BaseModel):
    """Address with a pending proof. `has_bounced`: the mail came back."""

    email: str
    expires_at: datetime
    tries_left: int
    has_bounced: bool


class EmailState(BaseModel):
    """Proved address and a pending one.

    Mail is sent while the state is `active`; after `bounced` or `complained` a new proof restarts it.
    """

    email: str | None
    state: Literal["none", "active", "bounced", "complained"]
    verified_at: datetime | None
    pending: PendingEmail | None


@app.get("/api/account/email", middlewares=LIMITS)
def state(user: SignedIn) -> Envelope[EmailState]:
    """Get the e-mail address and its state."""
    return Envelope(data=EmailState.model_validate(emails.addresses().state(user)))


@app.put("/api/account/email", middlewares=LIMITS)
@refuses(EmailLimit, ValidationFailed)
def request(body: NewEmail, user: SignedIn, request: CurrentRequest) -> Envelope[EmailState]:
    """Send a code and a link to an address; the present one stays until the new one is proved."""
    found = emails.addresses().request(user, body.email, address=request.address)
    return Envelope(data=EmailState.model_validate(found))


@app.post("/api/account/email/confirm", middlewares=LIMITS)
@refuses(
    EmailCodeInvalid,
    EmailInUse,
    EmailLinkExpired,
    EmailLinkInvalid,
    EmailLinkOtherAccount,
    EmailLinkReplaced,
    EmailLinkUsed,
)
def confirm(body: EmailProof, user: SignedIn) -> Envelope[EmailState]:
    """Prove the pending address by the code, or by the token of the link."""
    addresses = emails.addresses()
    found = addresses.confirm(user, body.code) if body.code else addresses.confirm_by_link(user, body.token or "")
    return Envelope(data=EmailState.model_validate(found))


@app.delete("/api/account/email", middlewares=LIMITS)
def remove(user: SignedIn) -> Envelope[EmailState]:
    """Remove the address; the former one gets a mail with a link to undo it."""
    return Envelope(data=EmailState.model_validate(emails.addresses().remove(user)))


handler = entrypoint(app)
