"""Listing requests (docs/reference/app-contract.md, section 1.5). Names are those of the columns."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from auto360.core.clock import utc_now
from auto360.core.text import BLANK, Line, Paragraph
from auto360.domains.listings.reactions import Reason
from auto360.domains.listings.synonyms import code_of
from auto360.http.envelope import RequestBody


def _until_next_year(year: int) -> int:
    if year > utc_now().year + 1:
        raise ValueError("not built yet")
    return year


def _none_if_zero(value: object) -> object:
    return None if value == 0 and not isinstance(value, bool) else value


Name = Annotated[Line, Field(min_length=1, max_length=50)]
Title = Annotated[Line, Field(min_length=1, max_length=255)]
Description = Annotated[Paragraph, Field(max_length=2000)]
Price = Annotated[float, Field(ge=1, le=999_999_999, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Area = Annotated[float, Field(ge=0.01, le=9_999_999, allow_inf_nan=False)]
Url = Annotated[str, Field(min_length=1, max_length=2048)]
Year = Annotated[int, Field(ge=1900), AfterValidator(_until_next_year)]
Color = Annotated[Annotated[Line, Field(max_length=50)] | None, BLANK]
Note = Annotated[Annotated[Paragraph, Field(max_length=2000)] | None, BLANK]
Short = Annotated[Annotated[Line, Field(max_length=200)] | None, BLANK]
Vin = Annotated[str, BeforeValidator(lambda vin: vin.upper() if isinstance(vin, str) else vin)]


class CarChanges(RequestBody):
    """Changed details of a car. Mileage in kilometres, engine volume in litres."""

    brand: Name = ""
    model: Name = ""
    year: Year | None = None
    mileage: Annotated[int, Field(ge=0, le=9_999_999)] | None = None
    color: Color = None
    transmission: Annotated[
        Literal["manual", "automatic", "robot", "variator"] | None,
        BeforeValidator(lambda word: code_of("transmission", word)),
    ] = None
    fuel_type: Annotated[
        Literal["petrol", "diesel", "gas", "petrol_gas", "hybrid", "electric"] | None,
        BeforeValidator(lambda word: code_of("fuel_type", word)),
    ] = None
    body_type: Annotated[Annotated[Line, Field(max_length=50)] | None, BLANK] = None
    engine_volume: Annotated[float, Field(ge=0, le=20)] | None = None
    drive: Literal["front", "rear", "all"] | None = None
    steering_wheel: Literal["left", "right"] | None = None
    condition: Literal["new", "excellent", "good", "needs_repair", "damaged"] | None = None
    vin: Annotated[Annotated[Vin, Field(pattern="^[A-HJ-NPR-Z0-9]{17}$")] | None, BLANK] = None
    damage_report: Note = None


class CarDetails(CarChanges):
    """Details of a posted car."""

    brand: Name
    model: Name


class HorseChanges(RequestBody):
    """Changed details of a horse. Age in years; height in centimetres, 0 for unknown."""

    breed: Name = ""
    age: Annotated[int, Field(ge=0, le=50)] | None = None
    gender: Annotated[
        Literal["stallion", "mare", "gelding"] | None, BeforeValidator(lambda word: code_of("gender", word)), BLANK
    ] = None
    height: Annotated[Annotated[int, Field(ge=50, le=250)] | None, BeforeValidator(_none_if_zero)] = None
    color: Color = None
    training: Short = None
    purpose: Short = None
    pedigree: bool | None = None
    health_certificate: bool | None = None
    health_notes: Note = None


class HorseDetails(HorseChanges):
    """Details of a posted horse."""

    breed: Name


class EstateChanges(RequestBody):
    """Changed details of a flat, house, plot or shop. Areas in square metres, the plot's in ares (100 m²)."""

    property_type: Literal["apartment", "house", "land", "commercial"] = "apartment"
    deal_type: Literal["sale", "rent"] = "sale"
    rooms: Annotated[int, Field(ge=0, le=100)] | None = None
    area: Area | None = None
    land_area: Area | None = None
    floor: Annotated[int, Field(ge=-5, le=200)] | None = None
    total_floors: Annotated[int, Field(ge=1, le=200)] | None = None
    address: Annotated[Annotated[Line, Field(min_length=5, max_length=200)] | None, BLANK] = None
    is_owner: bool = True


class EstateDetails(EstateChanges):
    """Details of a posted property."""

    property_type: Literal["apartment", "house", "land", "commercial"]


class DetailChanges(CarChanges, HorseChanges, EstateChanges):
    """Details of any category; those that the listing's category lacks are ignored."""


class ListingFields(RequestBody):
    """Fields of a listing in every category; `price` in som."""

    title: Title = ""
    price: Price = 1
    description: Description = ""
    city: Annotated[Annotated[Line, Field(min_length=2, max_length=100)] | None, BLANK] = None
    location: Short = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    video_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    video_url: Annotated[Url | None, BLANK] = None
    thumbnail_url: Annotated[Url | None, BLANK] = None
    additional_images: Annotated[tuple[Url, ...], Field(max_length=20, strict=False)] = ()
    video_trim_start: Seconds | None = None
    video_trim_end: Seconds | None = None
    video_original_duration: Seconds | None = None
    video_trimmed_duration: Seconds | None = None
    phone_for_listing: Annotated[Annotated[str, Field(max_length=40)] | None, BLANK] = None

    @model_validator(mode="after")
    def _a_whole_place(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together")
        return self

    def fields(self) -> dict[str, Any]:
        """Return the sent fields; an absent video is left out, so that the listing keeps its own."""
        given = self.model_dump(mode="json", exclude_unset=True)
        return {
            name: value
            for name, value in given.items()
            if value is not None or name not in ("video_id", "video_url", "details")
        }


class ListingChanges(ListingFields):
    """Fields to change; null empties one that may be empty."""

    details: DetailChanges | None = None


class NewListing(ListingFields):
    """Posted listing of any category."""

    title: Title
    price: Price
    currency: Literal["KGS"] = "KGS"
    business_id: UUID | None = Field(None, strict=False)


class NewCar(NewListing):
    """Car for sale."""

    category: Literal["car"]
    details: CarDetails


class NewHorse(NewListing):
    """Horse for sale."""

    category: Literal["horse"]
    details: HorseDetails


class NewEstate(NewListing):
    """Property for sale or rent."""

    category: Literal["real_estate"]
    details: EstateDetails


AnyNewListing = Annotated[NewCar | NewHorse | NewEstate, Body(discriminator="category")]


class NewListingReport(RequestBody):
    """Reason of a user report."""

    reason: Reason
    comment: Annotated[Annotated[Paragraph, Field(max_length=1000)] | None, BLANK] = None
