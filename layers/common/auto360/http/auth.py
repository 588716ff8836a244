"""Parameter types for routes of signed-in callers, and rate-limit middleware."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from auto360.container import rate_limit as limit_container
from auto360.container import tokens as token_container
from auto360.core.errors import AccountBlocked, AuthenticationRequired, RateLimited
from auto360.core.identity import Principal
from auto360.http.declarations import Declares, declares
from auto360.http.requests import current_request, header, place_of
from auto360.observability import request_context
from auto360.providers.database import act_for, let_reads_lag
from auto360.providers.rate_limit import Count, Limit

_SCHEME = "bearer "

CALLERS: tuple[Callable[[], object], ...] = (token_container.load_keys, limit_container.request_counter)
"""Preparation for the first caller: for `prepare` of `entrypoint`."""


def principal_of(event: dict[str, Any]) -> Principal:
    """Return the principal of a request's bearer token. Raises AuthenticationRequired.

    After this the database checks with every request that the token's session is open.
    """
    principal = _bearer(event)
    act_for(principal.session_id)
    return principal


def _bearer(event: dict[str, Any]) -> Principal:
    authorization = header(event, "Authorization")
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise AuthenticationRequired
    token = authorization[len(_SCHEME) :].strip()
    # The limit and the route both use it; the signature is checked once.
    return request_context.once(f"principal {token}", lambda: token_container.access_tokens().check(token))


def _signed_in(resolved: ResolvedRequest) -> Principal:
    return principal_of(resolved.resolved_event.raw_event)


NEEDS_TOKEN = Declares("required", (AccountBlocked, AuthenticationRequired))
"""Mark of parameter types that call `principal_of`."""

SignedIn = Annotated[Principal, Depends(_signed_in), NEEDS_TOKEN]
"""Parameter type that requires a signed-in caller."""


def _maybe_signed_in(resolved: ResolvedRequest) -> Principal | None:
    event = resolved.resolved_event.raw_event
    if not header(event, "Authorization"):
        let_reads_lag(lag=True)
        return None
    try:
        return principal_of(event)
    except AuthenticationRequired:
        return None


MaybeSignedIn = Annotated[Principal | None, Depends(_maybe_signed_in), Declares("optional", NEEDS_TOKEN.refusals)]
"""Parameter type of a public route: a caller with an expired token is served as anonymous.

A caller without any token is a guest, served from a replica; a caller with one may have written just now.

A token of an ended session is refused, so that a logged-out or blocked caller gets the reason.
"""


def _nothing(_: dict[str, Any]) -> None:
    """Do nothing before counting."""


def limited(
    name: str, *, before: Callable[[dict[str, Any]], None] = _nothing
) -> Callable[[APIGatewayRestResolver, NextMiddleware], Response[Any]]:
    """Return middleware that counts known users against a limit, and others against their address.

    One address may be shared by a mobile network: the users' limit would block it (docs/decisions/0082).
    `before` gets the event and may announce lookups for the same exchange.
    """

    @declares(Declares(refusals=(RateLimited,)))
    def middleware(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event.raw_event
        user_id = _user_id(event)
        limit = limit_container.limit(name if user_id else "address")
        key = f"user:{user_id}" if user_id else f"address:{place_of(current_request(event).address)}"
        before(event)
        count = limit_container.request_counter().hit(key, limit)
        headers = _limit_headers(limit, count)
        if count.hits > limit.max_hits:
            raise RateLimited(retry_after=count.reset_in, headers=headers)
        response: Response[Any] = next_middleware(app)
        response.headers.update(headers)
        return response

    return middleware


def _user_id(event: dict[str, Any]) -> str | None:
    try:
        return _bearer(event).user_id if header(event, "Authorization") else None
    except AuthenticationRequired:
        return None


def _limit_headers(limit: Limit, count: Count) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit.max_hits),
        "RateLimit-Remaining": str(max(0, limit.max_hits - count.hits)),
        "RateLimit-Reset": str(count.reset_in),
        "RateLimit-Policy": f"{limit.max_hits};w={limit.seconds}",
    }
