"""People who sell and buy, made without an SMS, and what the app sends when they post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.kept_connections import kept_connection
from tests.support.people import new_address, new_phone
from tests.support.rows import rows

LISTINGS, MODERATION = "/api/listings", "/api/moderation"
_TICKET = """
with video as (
  insert into videos (owner_user_id, provider) select %(user)s, 'api_video' where not exists (
    select from upload_tickets t where t.user_id = %(user)s and t.state = 'issued')
  returning id
)
insert into upload_tickets (user_id, video_id, provider, provider_ticket, declared_bytes, content_type, expires_at)
select %(user)s, video.id, 'api_video', 'to' || video.id, 100000000, 'video/mp4', now() + interval '1 hour' from video
"""


def car(**changes: Any) -> dict[str, Any]:
    """Return the body of the app's form for a car (docs/reference/app-contract.md, section 1.5), with its own video."""
    body = {
        "category": "car",
        "title": "Toyota Camry 2018",
        "price": 1200000,
        "description": "",
        "video_url": f"https://cdn.api.video/vod/vi{uuid4().hex[:12]}/hls/manifest.m3u8",
        "phone_for_listing": "+996700123456",
        "city": "Бишкек",
        "location": "Бишкек",
        "video_trim_start": 0,
        "video_trim_end": 12.5,
        "video_original_duration": 20,
        "video_trimmed_duration": 12.5,
        "details": {"brand": "Toyota", "model": "Camry", "year": 2018, "mileage": 90000},
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def horse(**changes: Any) -> dict[str, Any]:
    """Return the body of the app's form for a horse: the gender in Russian, the height unknown."""
    details = {"breed": "Новокиргизская", "age": 5, "gender": "Жеребец", "height": 0}
    return car(**({"category": "horse", "title": "Жеребец, 5 лет", "details": details} | changes))


@dataclass(frozen=True)
class Seller:
    """Signed-in seller."""

    functions: Functions
    id: str
    token: str
    address: str
    dsn: str

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Call the function behind the path, with an upload session for a video as the app opens one."""
        if isinstance(body, dict) and body.get("video_url"):
            self.fetch_ticket()
        name = "moderation" if path.startswith(MODERATION) else "listings"
        options = {"token": self.token, "address": self.address, **options}
        return self.functions.raw(name, http_event(method, path, body, **options))

    def post(self, body: object, **options: Any) -> Answer:
        """Post a listing."""
        return self.call("POST", LISTINGS, body, **options)

    def fetch_ticket(self) -> None:
        """Open an upload session at api.video, if none is open."""
        with kept_connection(self.dsn) as connection:
            connection.execute(_TICKET, {"user": self.id})

    def posted(self, body: object) -> str:
        """Post a listing that is taken; its id."""
        answer = self.post(body)
        assert answer.status == 201, answer.body
        return str(answer.body["data"]["id"])

    def act(self, listing_id: str, action: str, body: object = None) -> Answer:
        """POST to a listing."""
        return self.call("POST", f"{LISTINGS}/{listing_id}/{action}", body)

    def read(self, listing_id: str, **options: Any) -> Answer:
        """Read one listing."""
        return self.call("GET", f"{LISTINGS}/{listing_id}", **options)


def new_user(database: Database, **columns: Any) -> str:
    """Return a user in the database; its id."""
    names = "".join(f", {name}" for name in columns)
    marks = ", %s" * len(columns)
    query = f"insert into accounts (phone{names}) values (%s{marks}) returning id::text"
    return str(rows(database, query, new_phone(), *columns.values())[0][0])


def new_seller(functions: Functions, database: Database, **columns: Any) -> Seller:
    """Return a user with a token; many listings are allowed unless a test says otherwise."""
    user = new_user(database, **({"free_limit": 1000} | columns))
    return Seller(functions, user, database.user_token(user, {"session_id": str(uuid4())}), new_address(), database.dsn)


def anonymous(functions: Functions, path: str, **options: Any) -> Answer:
    """GET without a token, from an address of its own unless told."""
    return functions.get("listings", path, **({"address": new_address()} | options))
