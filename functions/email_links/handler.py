"""/api/email/…: pages behind links in mails, without a login. A GET changes nothing: mail programs open links."""

from typing import Annotated

from auto360.container import emails
from auto360.core.errors import NotFound
from auto360.core.refusals.emails import (
    EmailInUse,
    EmailLinkExpired,
    EmailLinkInvalid,
    EmailLinkReplaced,
    EmailLinkUsed,
)
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import limited
from auto360.http.mail_pages import Page, answered, done, question, refuses_on_page
from auto360.http.params import Path
from auto360.http.requests import CurrentRequest, RawBody

app = make_app()
LIMITS = [limited("address")]
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{20,200}$")]


@app.get("/api/email/confirm/<token>", middlewares=LIMITS)
@refuses_on_page(EmailLinkExpired, EmailLinkInvalid, EmailLinkReplaced, EmailLinkUsed)
def confirm_page(token: Token, request: CurrentRequest) -> Page:
    """Show the address that the link of a mail proves."""
    return answered(lambda: question("confirm", request.language, emails.links().proof(token)), request.language)


@app.post("/api/email/confirm/<token>", middlewares=LIMITS)
@refuses_on_page(EmailInUse, EmailLinkExpired, EmailLinkInvalid, EmailLinkReplaced, EmailLinkUsed)
def confirm(token: Token, _body: RawBody, request: CurrentRequest) -> Page:
    """Prove an e-mail address by the link of its mail, once."""
    return answered(lambda: done("confirm", request.language, emails.links().confirm(token)), request.language)


@app.get("/api/email/undo/<token>", middlewares=LIMITS)
@refuses_on_page(EmailLinkExpired, EmailLinkInvalid, EmailLinkReplaced, EmailLinkUsed)
def undo_page(token: Token, request: CurrentRequest) -> Page:
    """Show the address that the link of a notice restores."""
    return answered(lambda: question("undo", request.language, emails.links().change(token)), request.language)


@app.post("/api/email/undo/<token>", middlewares=LIMITS)
@refuses_on_page(EmailLinkExpired, EmailLinkInvalid, EmailLinkReplaced, EmailLinkUsed)
def undo(token: Token, _body: RawBody, request: CurrentRequest) -> Page:
    """Restore the former address and end all sessions of the account."""
    return answered(lambda: done("undo", request.language, emails.links().undo(token)), request.language)


@app.get("/api/email/unsubscribe/<token>", middlewares=LIMITS)
@refuses_on_page(NotFound)
def unsubscribe_page(token: Token, request: CurrentRequest) -> Page:
    """Show the type that the link of a mail unsubscribes from."""
    return answered(
        lambda: question("unsubscribe", request.language, emails.links().subscription(token)), request.language
    )


@app.post("/api/email/unsubscribe/<token>", middlewares=LIMITS)
@refuses_on_page(NotFound)
def unsubscribe(token: Token, _body: RawBody, request: CurrentRequest) -> Page:
    """Switch e-mails of one type off: by the button, or by a mail program (RFC 8058). Idempotent."""
    return answered(lambda: done("unsubscribe", request.language, emails.links().unsubscribe(token)), request.language)


handler = entrypoint(app, body="raw")
