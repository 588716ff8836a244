"""/api/business…: business accounts, their teams and listings."""

from typing import Annotated
from uuid import UUID

from auto360.container import business
from auto360.core.errors import Forbidden, PhoneInvalid, TextRefused
from auto360.core.refusals.business import (
    BusinessExists,
    MemberAlready,
    MemberRequired,
    NewOwnerHasOne,
    OwnerStays,
    TaxIdTaken,
    TeamFull,
)
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import MaybeSignedIn, SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Query
from auto360.http.schemas.business import (
    Business,
    BusinessChanges,
    BusinessListings,
    Invitation,
    Member,
    Membership,
    NewBusiness,
    NewOwner,
    NewRole,
)
from auto360.http.schemas.common import Empty

app = make_app()
LIMITS = [limited("default")]
Id = Annotated[UUID, Path()]


@app.post("/api/business", middlewares=LIMITS)
@refuses(BusinessExists, TaxIdTaken, TextRefused)
def create(body: NewBusiness, user: SignedIn) -> Envelope[Business]:
    """Open a business account owned by the caller."""
    fields = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Envelope(data=Business.model_validate(business.businesses().create(user, fields)))


@app.get("/api/business/mine", middlewares=LIMITS)
def mine(user: SignedIn) -> Envelope[list[Membership]]:
    """List accounts that the caller owns, works in or is invited to."""
    return Envelope(data=[Membership.model_validate(row) for row in business.businesses().mine(user)])


@app.get("/api/business/<business_id>", middlewares=LIMITS)
def read(business_id: Id, viewer: MaybeSignedIn) -> Envelope[Business]:
    """Get an account."""
    return Envelope(data=Business.model_validate(business.businesses().read(str(business_id), viewer=viewer)))


@app.put("/api/business/<business_id>", middlewares=LIMITS)
@refuses(Forbidden, TaxIdTaken, TextRefused)
def update(business_id: Id, body: BusinessChanges, user: SignedIn) -> Envelope[Business]:
    """Change the sent fields."""
    fields = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Envelope(data=Business.model_validate(business.businesses().update(user, str(business_id), fields)))


@app.delete("/api/business/<business_id>", middlewares=LIMITS)
@refuses(Forbidden)
def close(business_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Close the account."""
    business.businesses().close(user, str(business_id))
    return Envelope(data=Empty())


@app.get("/api/business/<business_id>/listings", middlewares=LIMITS)
def listings(
    business_id: Id,
    viewer: MaybeSignedIn,
    *,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Envelope[BusinessListings]:
    """List the account's listings, newest first."""
    page = business.businesses().listings(str(business_id), viewer=viewer, cursor=cursor, limit=limit)
    return Envelope(data=BusinessListings.model_validate({"listings": page.rows, "next_cursor": page.next_cursor}))


@app.get("/api/business/<business_id>/members", middlewares=LIMITS)
def members(business_id: Id, user: SignedIn) -> Envelope[list[Member]]:
    """List members. Members only."""
    return Envelope(data=[Member.model_validate(row) for row in business.team().members(user, str(business_id))])


@app.post("/api/business/<business_id>/members", middlewares=LIMITS)
@refuses(Forbidden, MemberAlready, PhoneInvalid, TeamFull)
def invite(business_id: Id, body: Invitation, user: SignedIn) -> Envelope[Empty]:
    """Invite a user or a phone to the team."""
    invited = str(body.user_id) if body.user_id else None
    business.team().invite(user, str(business_id), user_id=invited, phone=body.phone, role=body.role)
    return Envelope(data=Empty())


@app.put("/api/business/<business_id>/members/<user_id>", middlewares=LIMITS)
@refuses(Forbidden)
def set_role(business_id: Id, user_id: Id, body: NewRole, user: SignedIn) -> Envelope[Empty]:
    """Change a member's role."""
    business.team().set_role(user, str(business_id), user_id=str(user_id), role=body.role)
    return Envelope(data=Empty())


@app.delete("/api/business/<business_id>/members/<user_id>", middlewares=LIMITS)
@refuses(Forbidden, OwnerStays)
def remove(business_id: Id, user_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Remove a member or withdraw an invitation."""
    business.team().remove(user, str(business_id), user_id=str(user_id))
    return Envelope(data=Empty())


@app.delete("/api/business/<business_id>/invitations/<invitation_id>", middlewares=LIMITS)
@refuses(Forbidden)
def withdraw(business_id: Id, invitation_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Withdraw an invitation of a phone."""
    business.team().withdraw(user, str(business_id), invitation_id=str(invitation_id))
    return Envelope(data=Empty())


@app.post("/api/business/<business_id>/accept", middlewares=LIMITS)
def accept(business_id: Id, user: SignedIn) -> Envelope[Business]:
    """Accept the invitation."""
    return Envelope(data=Business.model_validate(business.team().accept(user, str(business_id))))


@app.post("/api/business/<business_id>/decline", middlewares=LIMITS)
def decline(business_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Decline the invitation."""
    business.team().decline(user, str(business_id))
    return Envelope(data=Empty())


@app.post("/api/business/<business_id>/leave", middlewares=LIMITS)
@refuses(Forbidden, OwnerStays)
def leave(business_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Leave the team."""
    business.team().remove(user, str(business_id), user_id=user.user_id)
    return Envelope(data=Empty())


@app.post("/api/business/<business_id>/transfer", middlewares=LIMITS)
@refuses(Forbidden, MemberRequired, NewOwnerHasOne)
def transfer(business_id: Id, body: NewOwner, user: SignedIn) -> Envelope[Business]:
    """Transfer ownership to a member."""
    return Envelope(
        data=Business.model_validate(business.team().transfer(user, str(business_id), user_id=str(body.user_id)))
    )


handler = entrypoint(app)
