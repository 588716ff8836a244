"""POST /api/auth/request-code: send a login code by SMS."""

from typing import Literal

from pydantic import Field

from auto360.container import accounts
from auto360.core import phone
from auto360.core.errors import PhoneInvalid, RateLimited
from auto360.core.messages import TEXTS, sentence
from auto360.core.refusals.accounts import (
    AddressLimit,
    CodeTooSoon,
    PhoneLimit,
    PhoneRejected,
    SmsUnavailable,
    TemporarilyLimited,
)
from auto360.core.refusals.emails import EmailCodeClosed
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_text import Platform
from auto360.http.app import entrypoint, make_app
from auto360.http.declarations import refuses
from auto360.http.envelope import CamelModel, Envelope, RequestBody
from auto360.http.requests import CurrentRequest

app = make_app()


class CodeRequest(RequestBody):
    """Phone as typed; `platform` selects the form of the SMS for autofill.

    `channel` email: after a failed SMS the code is sent to the proved e-mail address of the account, if any.
    """

    phone: str = Field(min_length=1, max_length=40)
    platform: Platform | None = None
    channel: Literal["sms", "email"] = "sms"


class Code(CamelModel):
    """Sent code; `request_id` may be passed to verify-code, times are in seconds."""

    message: str
    request_id: str
    code_length: int
    expires_in: int
    resend_in: int


@app.post("/api/auth/request-code")
@refuses(
    AddressLimit,
    CodeTooSoon,
    EmailCodeClosed,
    PhoneInvalid,
    PhoneLimit,
    PhoneRejected,
    RateLimited,
    SmsUnavailable,
    TemporarilyLimited,
)
def request_code(body: CodeRequest, request: CurrentRequest) -> Envelope[Code]:
    """Send a login code; repeats until its expiry send the same code."""
    client = Client(request.address, request.language, body.platform, request.user_agent, request.id)
    issuer, number = accounts.code_issuer(), phone.normalise(body.phone)
    sent = issuer.by_email(number, client=client) if body.channel == "email" else issuer(number, client=client)
    message = sentence(TEXTS, "email_code_sent" if body.channel == "email" else "code_sent", request.language)
    return Envelope(data=Code(message=message, **vars(sent)))


handler = entrypoint(app, prepare=(accounts.code_issuer, phone.load_numbers))
