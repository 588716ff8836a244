"""Requests and responses of business accounts and teams."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from auto360.core.text import BLANK, Line, Paragraph, fold
from auto360.core.urls import is_web_address
from auto360.domains.business.team import GivenRole
from auto360.http.envelope import Model, RequestBody
from auto360.http.schemas.common import Person

Category = Literal["car", "horse", "real_estate"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_SEPARATORS = re.compile(r"[ ()\-]")


def _without_separators(value: object) -> object:
    return _SEPARATORS.sub("", fold(value)) if isinstance(value, str) else value


def _web_address(value: str) -> str:
    if not is_web_address(value):
        raise ValueError("not a web address")
    return value


Name = Annotated[Line, Field(min_length=2, max_length=255)]
TaxId = Annotated[str, BeforeValidator(_without_separators), Field(pattern=r"^[0-9]{14}$")]
PublicPhone = Annotated[str, BeforeValidator(_without_separators), Field(pattern=r"^\+996[0-9]{9}$")]
Email = Annotated[Line, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Website = Annotated[Line, Field(max_length=2048), AfterValidator(_web_address)]
Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Hours(RequestBody):
    """Opening hours of a weekday, Bishkek time."""

    opens: Time = Field(alias="from")
    closes: Time = Field(alias="to")


class BusinessChanges(RequestBody):
    """Fields to change; an empty text or null empties one. `tax_id` (INN) can be given once."""

    name: Name = ""
    category: Category | None = None
    description: Annotated[Annotated[Paragraph, Field(max_length=1000)] | None, BLANK] = None
    tax_id: Annotated[TaxId | None, BLANK] = None
    phone_public: Annotated[PublicPhone | None, BLANK] = None
    email: Annotated[Email | None, BLANK] = None
    website: Annotated[Website | None, BLANK] = None
    logo_url: Annotated[Annotated[Line, Field(max_length=2048)] | None, BLANK] = None
    city: Annotated[Annotated[Line, Field(max_length=100)] | None, BLANK] = None
    address: Annotated[Annotated[Line, Field(max_length=500)] | None, BLANK] = None
    working_hours: dict[Day, Hours] | None = None


class NewBusiness(BusinessChanges):
    """Business with its name; everything else may come later."""

    name: Name


class Invitation(RequestBody):
    """Invitee: `phone` as typed, or `user_id`."""

    phone: str | None = Field(None, min_length=1, max_length=40)
    user_id: UUID | None = Field(None, strict=False)
    role: GivenRole = "seller"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.phone is None) == (self.user_id is None):
            raise ValueError("either phone or user_id")
        return self


class NewRole(RequestBody):
    """New role of a member."""

    role: GivenRole


class NewOwner(RequestBody):
    """Active member who becomes the owner."""

    user_id: UUID = Field(strict=False)


class Business(Model):
    """Business account. `my_role` and `my_status` are the caller's. The last four are null for all but members."""

    id: str
    name: str
    category: Category | None
    description: str | None
    phone_public: str | None
    website: str | None
    logo_url: str | None
    city: str | None
    address: str | None
    working_hours: dict[str, Any]
    is_verified: bool
    owner: Person
    my_role: str | None
    my_status: str | None
    created_at: datetime
    updated_at: datetime
    tax_id: str | None = None
    email: str | None = None
    verification_status: str | None = None
    members_count: int | None = None


class Summary(Model):
    """Business in a list."""

    id: str
    name: str
    category: Category | None
    logo_url: str | None
    city: str | None
    is_verified: bool


class Membership(Model):
    """Business of the caller; `status` is `invited` until the invitation is accepted."""

    role: str
    status: str
    accepted_at: datetime | None
    created_at: datetime
    business: Summary


class Member(Model):
    """Team member or invitation.

    An invited phone has `invitation_id` and `phone`, visible to owner and admins. Its user is shown only
    after acceptance.
    """

    user_id: str | None = None
    role: str
    status: str
    accepted_at: datetime | None = None
    created_at: datetime
    user: Person | None = None
    invitation_id: str | None = None
    phone: str | None = None


class BusinessListing(Model):
    """Listing in the list of its business; `price` is in som."""

    id: str
    category: Category
    title: str
    price: float
    currency: str
    city: str | None
    status: str
    thumbnail_url: str | None
    video_thumbnail_url: str | None
    views_count: int
    likes_count: int
    seller_user_id: str
    created_at: datetime


class BusinessListings(Model):
    """Page of listings; `next_cursor` is null on the last one."""

    listings: list[BusinessListing]
    next_cursor: str | None
