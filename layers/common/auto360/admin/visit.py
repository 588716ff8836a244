"""Context of a page request, and parameter types with which routes demand a role."""

from dataclasses import dataclass
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler.depends import Depends

from auto360.core.errors import AuthenticationRequired, Forbidden
from auto360.domains.staff.sessions import Role, StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.http.requests import Request

PageLanguage = Literal["ru", "en"]


@dataclass(frozen=True)
class PageContext:
    """Request for a page. `token` is the cookie's, `staff_member` its owner; both absent before the sign-in.

    `begun` holds the sign-in that this browser has begun: {phone, request_id, then}, or nothing.
    `is_from_elsewhere`: opened by a link on another site, so the browser sent no session cookie.
    """

    request: Request
    path: str
    query: dict[str, str]
    language: PageLanguage
    over_tls: bool
    begun: dict[str, str]
    is_from_elsewhere: bool
    token: str = ""
    staff_member: StaffMember | None = None

    @property
    def origin(self) -> RequestOrigin:
        """Return address and request id for the audit log."""
        return RequestOrigin(self.request.address, self.request.id)


@dataclass(frozen=True)
class SignedInVisit(PageContext):
    """Page request of a signed-in staff member."""

    @property
    def by(self) -> StaffMember:
        """Return the signed-in staff member."""
        if self.staff_member is None:
            raise AuthenticationRequired
        return self.staff_member


def _anybody(resolved: ResolvedRequest) -> PageContext:
    visit: PageContext = resolved.context["visit"]
    return visit


def _staff_member(resolved: ResolvedRequest, *roles: Role) -> SignedInVisit:
    visit: PageContext = resolved.context["visit"]
    if visit.staff_member is None:
        raise AuthenticationRequired
    if roles and visit.staff_member.role not in roles:
        raise Forbidden
    return SignedInVisit(**vars(visit))


def _any_staff_member(resolved: ResolvedRequest) -> SignedInVisit:
    return _staff_member(resolved)


def _moderator(resolved: ResolvedRequest) -> SignedInVisit:
    return _staff_member(resolved, "moderator", "admin")


def _finance(resolved: ResolvedRequest) -> SignedInVisit:
    return _staff_member(resolved, "finance", "admin")


def _admin(resolved: ResolvedRequest) -> SignedInVisit:
    return _staff_member(resolved, "admin")


Anybody = Annotated[PageContext, Depends(_anybody)]
"""Parameter type of a public route: the sign-in."""
AnyStaffMember = Annotated[SignedInVisit, Depends(_any_staff_member)]
"""Parameter type that requires a staff member of any role."""
Moderator = Annotated[SignedInVisit, Depends(_moderator)]
"""Parameter type for moderators and administrators."""
Finance = Annotated[SignedInVisit, Depends(_finance)]
"""Parameter type for finance and administrators."""
Admin = Annotated[SignedInVisit, Depends(_admin)]
"""Parameter type for administrators."""
