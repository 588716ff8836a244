"""POST /api/auth/verify-code: check a login code and open a session."""

from uuid import UUID

from pydantic import Field

from auto360.container import accounts, tokens
from auto360.core import phone
from auto360.core.errors import AccountBlocked, PhoneInvalid
from auto360.core.refusals.accounts import CodeInvalid, LoginLocked
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_text import Platform
from auto360.http.app import entrypoint, make_app
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, RequestBody
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.common import LoginCode
from auto360.http.schemas.session import SessionData, session_data

app = make_app()


class CodeCheck(RequestBody):
    """Login code as a string of digits; `requestId` comes from request-code."""

    phone: str = Field(min_length=1, max_length=40)
    code: LoginCode
    request_id: UUID | None = Field(None, alias="requestId", strict=False)
    platform: Platform | None = None


@app.post("/api/auth/verify-code")
@refuses(AccountBlocked, CodeInvalid, LoginLocked, PhoneInvalid)
def verify_code(body: CodeCheck, request: CurrentRequest) -> Envelope[SessionData]:
    """Check the code and open a session; a repeat within seconds returns the same session."""
    client = Client(request.address, request.language, body.platform, request.user_agent, request.id)
    session = accounts.code_checker()(phone.normalise(body.phone), body.code, request_id=body.request_id, client=client)
    return Envelope(data=session_data(session))


handler = entrypoint(app, ready=tokens.token_issuer, prepare=(accounts.code_checker, phone.load_numbers))
