"""/api/listings…: feed, search, reading, posting and editing listings, likes, favourites, sales, reports, comments."""

from typing import Annotated
from uuid import UUID

from auto360.container import listings
from auto360.core.errors import Forbidden, IdempotencyKeyReused, PhoneInvalid, TextRefused
from auto360.core.refusals.listings import (
    LimitReached,
    ListingRefused,
    NotActive,
    NotSold,
    SaleFinal,
    SavedSearchLimitReached,
    SavedSearchTooBroad,
    VideoUnavailable,
)
from auto360.domains.listings.feed import Category
from auto360.domains.listings.queries import Status
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import CALLERS, MaybeSignedIn, SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.http_cache import expected_by_guests, kept_for_guests, shared
from auto360.http.params import Header, Path, Query
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.comments import Comment, CommentId, CommentPage, NewComment
from auto360.http.schemas.listing_filters import FeedFilters, SearchFilters
from auto360.http.schemas.listing_responses import (
    Changed,
    Listing,
    ListingFlattened,
    Listings,
    PopularSearch,
    Reaction,
    SoldFlattened,
    at_top,
    sold,
)
from auto360.http.schemas.listings import AnyNewListing, ListingChanges, NewListingReport
from auto360.http.schemas.saved_searches import NewSavedSearch, SavedSearch, SavedSearchChanges, SavedSearchId

app = make_app()
LIMITS = [limited("default")]
PAGE_KEPT, LISTING_KEPT = shared(60), shared(30)
GUEST_PAGES = kept_for_guests(listings.guest_pages, FeedFilters.model_fields)
EXPECTED = expected_by_guests(listings.guest_pages, FeedFilters.model_fields)
Id = Annotated[UUID, Path()]
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=50)]


@app.get("/api/listings", middlewares=[limited("default", before=EXPECTED), PAGE_KEPT, GUEST_PAGES])
def feed(filters: Annotated[FeedFilters, Query()], viewer: MaybeSignedIn) -> Envelope[Listings]:
    """List listings for sale by filter and order."""
    page = listings.feed().page(filters.query(), viewer=viewer, cursor=filters.cursor)
    return Envelope(data=Listings.of(page))


@app.get("/api/listings/search", middlewares=[*LIMITS, PAGE_KEPT])
def search(filters: Annotated[SearchFilters, Query()], viewer: MaybeSignedIn) -> Envelope[Listings]:
    """Search listings by the words in `q`; falls back to near matches."""
    page = listings.feed().page(filters.query(text=filters.q), viewer=viewer, cursor=filters.cursor)
    return Envelope(data=Listings.of(page))


@app.get("/api/listings/popular-searches", middlewares=[*LIMITS, shared(600)])
def popular_searches(
    *, category: Annotated[Category | None, Query()] = None, limit: Limit = 10
) -> Envelope[list[PopularSearch]]:
    """List the most frequent search terms."""
    found = listings.feed().popular(category=category, limit=limit)
    return Envelope(data=[PopularSearch.model_validate(row) for row in found])


@app.get("/api/listings/mine", middlewares=LIMITS)
def mine(
    user: SignedIn, *, status: Annotated[Status | None, Query()] = None, cursor: Cursor = None, limit: Limit = 20
) -> Envelope[Listings]:
    """List the caller's own listings in every state."""
    return Envelope(data=Listings.of(listings.reader().mine(user, status=status, cursor=cursor, limit=limit)))


@app.get("/api/listings/favorites", middlewares=LIMITS)
def favorites(user: SignedIn, *, cursor: Cursor = None, limit: Limit = 20) -> Envelope[Listings]:
    """List the caller's favourites."""
    return Envelope(data=Listings.of(listings.reader().favourites(user, cursor=cursor, limit=limit)))


@app.get("/api/listings/saved-searches", middlewares=LIMITS)
def saved_searches(user: SignedIn) -> Envelope[list[SavedSearch]]:
    """List the caller's saved searches, with the number of listings since the caller last opened it."""
    return Envelope(data=[SavedSearch.of(row) for row in listings.saved_searches().mine(user)])


@app.post("/api/listings/saved-searches", middlewares=LIMITS, status_code=201)
@refuses(SavedSearchLimitReached, SavedSearchTooBroad)
def save_search(body: NewSavedSearch, user: SignedIn) -> Envelope[SavedSearch]:
    """Save a search; the same filters again return the saved one, unchanged."""
    row = listings.saved_searches().save(user, body.query(), name=body.name, frequency=body.frequency)
    return Envelope(data=SavedSearch.of(row))


@app.put("/api/listings/saved-searches/<search_id>", middlewares=LIMITS)
@refuses(SavedSearchTooBroad)
def change_search(search_id: Id, body: SavedSearchChanges, user: SignedIn) -> Envelope[SavedSearch]:
    """Change the name or the frequency of a saved search."""
    return Envelope(data=SavedSearch.of(listings.saved_searches().change(user, str(search_id), body.changes())))


@app.delete("/api/listings/saved-searches/<search_id>", middlewares=LIMITS)
def forget_search(search_id: Id, user: SignedIn) -> Envelope[SavedSearchId]:
    """Delete a saved search."""
    return Envelope(data=SavedSearchId(**listings.saved_searches().delete(user, str(search_id))))


@app.post("/api/listings/saved-searches/<search_id>/looked", middlewares=LIMITS)
def look_at_search(search_id: Id, user: SignedIn) -> Envelope[SavedSearch]:
    """Reset the count of new listings; waiting notifications of them are dropped."""
    return Envelope(data=SavedSearch.of(listings.saved_searches().looked(user, str(search_id))))


@app.post("/api/listings", middlewares=LIMITS, status_code=201)
@refuses(Forbidden, IdempotencyKeyReused, LimitReached, ListingRefused, PhoneInvalid, VideoUnavailable)
def create(
    body: AnyNewListing,
    user: SignedIn,
    *,
    key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
) -> Envelope[Listing]:
    """Post a listing; idempotent by `Idempotency-Key`."""
    return Envelope(data=Listing.of(listings.posting().create(user, body.fields(), key=key)))


@app.get("/api/listings/<listing_id>", middlewares=[*LIMITS, LISTING_KEPT])
def read(listing_id: Id, viewer: MaybeSignedIn, request: CurrentRequest) -> ListingFlattened:
    """Get a listing."""
    row = listings.reader().one(str(listing_id), viewer=viewer, address=request.address, user_agent=request.user_agent)
    return at_top(row)


@app.put("/api/listings/<listing_id>", middlewares=LIMITS)
@refuses(Forbidden, LimitReached, ListingRefused, NotActive, PhoneInvalid, VideoUnavailable)
def update(listing_id: Id, body: ListingChanges, user: SignedIn) -> Envelope[Listing]:
    """Change the sent fields; a changed text is checked again, a rejected listing is resubmitted."""
    return Envelope(data=Listing.of(listings.posting().update(user, str(listing_id), body.fields())))


@app.delete("/api/listings/<listing_id>", middlewares=LIMITS)
@refuses(Forbidden)
def delete(listing_id: Id, user: SignedIn) -> Envelope[Changed]:
    """Delete a listing with its videos."""
    return Envelope(data=Changed(**listings.posting().delete(user, str(listing_id))))


@app.post("/api/listings/<listing_id>/like", middlewares=LIMITS)
def like(listing_id: Id, user: SignedIn) -> Envelope[Reaction]:
    """Like a listing."""
    return Envelope(data=Reaction(**listings.reactions().react(user, str(listing_id), kind="like", is_on=True)))


@app.delete("/api/listings/<listing_id>/like", middlewares=LIMITS)
def take_like_back(listing_id: Id, user: SignedIn) -> Envelope[Reaction]:
    """Remove the caller's like."""
    return Envelope(data=Reaction(**listings.reactions().react(user, str(listing_id), kind="like", is_on=False)))


@app.post("/api/listings/<listing_id>/save", middlewares=LIMITS)
def save(listing_id: Id, user: SignedIn) -> Envelope[Reaction]:
    """Add a listing to the caller's favourites."""
    return Envelope(data=Reaction(**listings.reactions().react(user, str(listing_id), kind="save", is_on=True)))


@app.delete("/api/listings/<listing_id>/save", middlewares=LIMITS)
def take_save_back(listing_id: Id, user: SignedIn) -> Envelope[Reaction]:
    """Remove a listing from the caller's favourites."""
    return Envelope(data=Reaction(**listings.reactions().react(user, str(listing_id), kind="save", is_on=False)))


@app.post("/api/listings/<listing_id>/mark-sold", middlewares=LIMITS)
@refuses(Forbidden, NotActive)
def mark_sold(listing_id: Id, user: SignedIn) -> SoldFlattened:
    """Mark a listing as sold; it stays visible for two weeks."""
    return sold(listings.posting().mark_sold(user, str(listing_id)))


@app.post("/api/listings/<listing_id>/reactivate", middlewares=LIMITS)
@refuses(Forbidden, ListingRefused, NotSold, SaleFinal)
def reactivate(listing_id: Id, user: SignedIn) -> Envelope[Changed]:
    """Reactivate a sold listing."""
    return Envelope(data=Changed(**listings.posting().reactivate(user, str(listing_id))))


@app.post("/api/listings/<listing_id>/report", middlewares=LIMITS)
@refuses(Forbidden)
def report(listing_id: Id, body: NewListingReport, user: SignedIn) -> Envelope[Changed]:
    """Report a listing to the moderators."""
    done = listings.reactions().report(user, str(listing_id), reason=body.reason, comment=body.comment)
    return Envelope(data=Changed(**done))


@app.get("/api/listings/<listing_id>/comments", middlewares=LIMITS)
def comments(
    listing_id: Id,
    viewer: MaybeSignedIn,
    *,
    parent_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Envelope[CommentPage]:
    """List the comments of a listing, or the replies to one, newest first."""
    parent = str(parent_id) if parent_id else None
    page = listings.comments().page(str(listing_id), viewer=viewer, parent_id=parent, cursor=cursor, limit=limit)
    return Envelope(data=CommentPage.of(page))


@app.post("/api/listings/<listing_id>/comments", middlewares=LIMITS, status_code=201)
@refuses(Forbidden, TextRefused)
def add_comment(listing_id: Id, body: NewComment, user: SignedIn) -> Envelope[Comment]:
    """Comment on a listing, or reply to a comment."""
    parent = str(body.parent_id) if body.parent_id else None
    row = listings.comments().add(user, str(listing_id), text=body.text, parent_id=parent)
    return Envelope(data=Comment.model_validate(row))


@app.delete("/api/listings/<listing_id>/comments/<comment_id>", middlewares=LIMITS)
def remove_comment(listing_id: Id, comment_id: Id, user: SignedIn) -> Envelope[CommentId]:  # noqa: ARG001
    """Delete the caller's own comment."""
    return Envelope(data=CommentId(**listings.comments().remove(user, str(comment_id))))


handler = entrypoint(app, prepare=(*CALLERS, listings.feed, listings.reader))
