"""Application of a function that serves pages: refusals are pages, and every change is guarded.

A request that may change something must come from our own origin and, unless it belongs to the sign-in, from a form of
the very session that its cookie names (docs/decisions/0056). The guard runs before any route.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from auto360.admin.cookies import LANGUAGE, SESSION, SIGN_IN, read_cookie, unpack
from auto360.admin.forms import TOKEN, clean, read_fields
from auto360.admin.rendering import Pages
from auto360.admin.settings import PageSettings
from auto360.admin.visit import PageContext, PageLanguage
from auto360.container import staff
from auto360.core.errors import AuthenticationRequired, DomainError, NotFound
from auto360.core.refusals.staff import CsrfRejected
from auto360.domains.staff.sessions import is_form_token
from auto360.http.app import make_app, refused
from auto360.http.requests import header, request_of
from auto360.providers.database import act_for

_WITHOUT_CHANGE = ("GET", "HEAD")


def make_page_app(pages: Pages, *, without_session: frozenset[str]) -> APIGatewayRestResolver:
    """Build an application without routes; reads no environment.

    `pages` renders refusals; forms at the paths of `without_session` need no session.
    """
    app = make_app()

    def visited(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event.raw_event
        app.context.update(pages=pages, visit=_plain_visit(event), fields={})
        if not event["path"].startswith("/admin/assets/"):
            visit = _visit(event)
            app.context["visit"] = visit
            if event["httpMethod"] not in _WITHOUT_CHANGE:
                _require_own_origin(event)
                needs_session = event["path"] not in without_session
                app.context["fields"] = _own_form(event, visit, needs_session=needs_session)
        response: Response[Any] = next_middleware(app)
        return response

    def refuse(error: Exception) -> Response[Any]:
        visit = app.context.get("visit") or _plain_visit(app.current_event.raw_event)
        if isinstance(error, RequestValidationError):
            # The router checks addresses only: an unparsable one is not found.
            error = NotFound()
        return pages.refusal(visit, refused(error, visit.request))

    app.use(middlewares=[visited])
    for kind in (DomainError, RequestValidationError, NotFoundError, Exception):
        app.exception_handler(kind)(refuse)
    return app


def make_router() -> Router:
    """Make the router of one area; `functions/admin` includes it."""
    return Router()  # type: ignore[no-untyped-call]


def _visit(event: Mapping[str, Any]) -> PageContext:
    over_tls = PageSettings.load().over_tls
    token = read_cookie(event, SESSION, over_tls=over_tls)
    staff_member = staff.staff_sessions().find(token) if token else None
    if staff_member:
        act_for(staff_member.session_id)
    plain = _plain_visit(event, over_tls=over_tls)
    return PageContext(**{**vars(plain), "token": token if staff_member else "", "staff_member": staff_member})


def _plain_visit(event: Mapping[str, Any], *, over_tls: bool = True) -> PageContext:
    request = request_of(event)
    chosen = read_cookie(event, LANGUAGE, over_tls=over_tls)
    language: PageLanguage = "en" if (chosen or request.language) == "en" else "ru"
    query = {str(name): clean(str(value)) for name, value in (event.get("queryStringParameters") or {}).items()}
    begun = unpack(read_cookie(event, SIGN_IN, over_tls=over_tls))
    is_from_elsewhere = header(event, "Sec-Fetch-Site") == "cross-site"
    path = str(event.get("path") or "/admin")
    return PageContext(request, path, query, language, over_tls, begun, is_from_elsewhere)


def _require_own_origin(event: Mapping[str, Any]) -> None:
    """Raise CsrfRejected unless `Origin` is one of the configured origins; browsers send it with every form."""
    if header(event, "Origin") not in PageSettings.load().origins:
        raise CsrfRejected


def _own_form(event: Mapping[str, Any], visit: PageContext, *, needs_session: bool) -> dict[str, str]:
    fields = read_fields(event)
    if needs_session:
        if visit.staff_member is None:
            raise AuthenticationRequired
        if not is_form_token(fields.pop(TOKEN, ""), token=visit.token):
            raise CsrfRejected
    return fields
