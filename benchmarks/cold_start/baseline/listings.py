"""GET /api/listings on FastAPI, Mangum and supabase-py: one page of the feed for a guest, counted by address."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

from typing import Annotated, Any

from common import call, make_app
from fastapi import HTTPException, Query, Request
from mangum import Mangum
from pydantic import BaseModel

app = make_app()


class Listing(BaseModel):
    """Listing in the feed."""

    id: str
    title: str
    price: float
    city: str | None
    seller: dict[str, Any] | None


class Feed(BaseModel):
    """Envelope."""

    success: bool = True
    data: list[Listing]


@app.get("/api/listings")
def feed(request: Request, limit: Annotated[int, Query(ge=1, le=50)] = 20) -> Feed:
    """List listings."""
    address = request.client.host if request.client else "0.0.0.0"  # noqa: S104
    count = call("rate_limit_hit", {"p_key": f"address:address:{address}", "p_max_hits": 3000, "p_seconds": 60})
    if count["hits"] > 3000:
        raise HTTPException(429, "rate_limited")
    page = call("listing_feed", {"p_query": {"sort": "newest", "limit": limit + 1}, "p_viewer_id": None})
    return Feed(data=[Listing(**row) for row in page["listings"][:limit]])


handler = Mangum(app, lifespan="off")
