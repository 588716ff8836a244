"""Sign-in to the operations page by phone and code, and sign-out."""

import re
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from auto360.admin.cookies import LANGUAGE, SESSION, SIGN_IN, cookie, pack
from auto360.admin.operations_forms import CodeForm, LanguageForm, PhoneForm
from auto360.admin.rendering import Pages, see_other
from auto360.admin.visit import PageContext, SignedInVisit
from auto360.container import accounts, staff
from auto360.core import phone as phones
from auto360.core.errors import DomainError
from auto360.core.messages import ERRORS, sentence
from auto360.domains.accounts.client import Client

FORMS = frozenset({"/admin/sign-in", "/admin/sign-in/code", "/admin/language"})
"""Forms that need no session; another site cannot send them either."""

_ADDRESS = "/admin/sign-in"
_OWN_PAGE = re.compile(r"/admin(?:/[a-z0-9\-]+)*")
_YEAR = 365 * 86400


def page(pages: Pages, visit: PageContext) -> Response[Any]:
    """Show the current step of the sign-in; redirects a signed-in visitor."""
    then = own_page(visit.query.get("then", ""))
    if visit.staff_member:
        return see_other(then)
    begun = {} if "again" in visit.query else visit.begun
    return pages.show("sign_in", visit, phone=begun.get("phone", ""), then=then, problem="")


def send_code(pages: Pages, visit: PageContext, asked: PhoneForm) -> Response[Any]:
    """Send a login code to any phone; the role is checked only after the code is entered."""
    then = own_page(asked.then)
    try:
        number = phones.normalise(asked.phone)
        sent = accounts.code_issuer()(number, client=_client(visit))
    except DomainError as error:
        return _again(pages, visit, error, phone="", then=then)
    begun = pack({"phone": number, "request_id": sent.request_id, "then": then})
    return see_other(_ADDRESS, cookie(SIGN_IN, begun, seconds=sent.expires_in, over_tls=visit.over_tls))


def open_session(pages: Pages, visit: PageContext, shown: CodeForm) -> Response[Any]:
    """Check the code; the session's token is in the cookie of the response and nowhere else."""
    begun = visit.begun
    try:
        number, request_id = phones.normalise(begun["phone"]), UUID(begun["request_id"])
    except (KeyError, ValueError):
        return see_other(_ADDRESS)
    try:
        token = staff.staff_sessions().open(number, shown.code, request_id=request_id, client=_client(visit))
    except DomainError as error:
        return _again(pages, visit, error, phone=number, then="")
    return see_other(
        own_page(begun.get("then", "")),
        cookie(SESSION, token, seconds=None, over_tls=visit.over_tls),
        cookie(SIGN_IN, "", seconds=0, over_tls=visit.over_tls),
    )


def end_session(visit: SignedInVisit) -> Response[Any]:
    """End the session in the database and remove the cookie."""
    staff.staff_sessions().end(visit.token, address=visit.request.address, request_id=visit.request.id)
    return see_other(f"{_ADDRESS}?done=signed_out", cookie(SESSION, "", seconds=0, over_tls=visit.over_tls))


def change_language(visit: PageContext, chosen: LanguageForm) -> Response[Any]:
    """Store the language in a cookie and redirect back."""
    return see_other(own_page(chosen.back), cookie(LANGUAGE, chosen.language, seconds=_YEAR, over_tls=visit.over_tls))


def own_page(address: str) -> str:
    """Return the address if it is ours, else the first page; prevents open redirects."""
    return address if _OWN_PAGE.fullmatch(address) else "/admin"


def _client(visit: PageContext) -> Client:
    request = visit.request
    return Client(request.address, request.language, "web", request.user_agent, request.id)


def _again(pages: Pages, visit: PageContext, error: DomainError, *, phone: str, then: str) -> Response[Any]:
    told = sentence(ERRORS, error.code, visit.language)
    return pages.show("sign_in", visit, http_status=error.status, phone=phone, then=then, problem=told)
