"""POST /api/auth/refresh, /logout, /validate and GET /api/auth/me: sessions after login."""

from pydantic import Field

from auto360.container import accounts, tokens
from auto360.core.errors import AuthenticationRequired, RateLimited
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import CALLERS, SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, Model, RequestBody
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.session import SessionData, User, session_data, user_data

app = make_app()


class RefreshRequest(RequestBody):
    """Refresh token of the last response; each is valid for one exchange."""

    refresh_token: str = Field(alias="refreshToken", min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_\-]+$")


class LogoutRequest(RequestBody):
    """Logout options; `everywhere` ends the user's sessions on all devices."""

    everywhere: bool = False


class Ended(Model):
    """Number of sessions ended."""

    ended: int


class Valid(Envelope[User]):
    """Signed-in user, also as `user` at the top level, where the app looks for it."""

    user: User


@app.post("/api/auth/refresh")
@refuses(AuthenticationRequired, RateLimited)
def refresh(body: RefreshRequest, request: CurrentRequest) -> Envelope[SessionData]:
    """Exchange a refresh token for a new pair of tokens."""
    session = accounts.sessions().refresh(body.refresh_token, address=request.address, request_id=request.id)
    return Envelope(data=session_data(session))


@app.post("/api/auth/logout", middlewares=[limited("default")])
def logout(user: SignedIn, body: LogoutRequest | None = None) -> Envelope[Ended]:
    """End this session, or all sessions of the user."""
    everywhere = body is not None and body.everywhere
    return Envelope(data=Ended(ended=accounts.sessions().end(user, everywhere=everywhere)))


@app.post("/api/auth/validate", middlewares=[limited("default")])
def validate(user: SignedIn) -> Valid:
    """Validate the access token and its session."""
    current = user_data(accounts.sessions().current_user(user))
    return Valid(data=current, user=current)


@app.get("/api/auth/me", middlewares=[limited("default")])
def me(user: SignedIn) -> Valid:
    """Get the signed-in user."""
    current = user_data(accounts.sessions().current_user(user))
    return Valid(data=current, user=current)


handler = entrypoint(app, ready=tokens.token_issuer, prepare=(*CALLERS, accounts.sessions))
