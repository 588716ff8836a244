"""Direct writes on the running stack: what the app does past the API works, and floods end in a refusal."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.people import new_phone
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


class DirectUser:
    """User of the stack with a token for PostgREST."""

    def __init__(self, stack: RunningStack) -> None:
        self.dsn = stack.dsn
        [self.id] = self.row("insert into accounts (phone) values (%s) returning id::text", new_phone())
        self.url = f"http://127.0.0.1:{stack.ports.postgrest}"
        self.token = stack.user_token(self.id)

    def row(self, query: str, *values: object) -> tuple[str, ...]:
        """Return a row, read with the owner's rights."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            found = connection.execute(query.encode(), values).fetchone()
        assert found is not None
        return found

    def send(self, method: str, path: str, body: object = None) -> int:
        """Send a request; gives the status."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return plain_request(method, self.url + path, json=body, headers=headers, timeout=60).status_code


def test_a_user_floods_nothing_and_keeps_a_profile(stack: RunningStack) -> None:
    user, seller = DirectUser(stack), DirectUser(stack)
    own = f"/users?id=eq.{user.id}"
    picture = f"{stack.supabase_url}/storage/v1/object/public/avatars/{user.id}/avatar_1.jpg"
    assert user.send("PATCH", own, {"name": "Асель", "avatar_url": picture, "city": "Ош"}) == 204
    assert user.send("PATCH", own, {"avatar_url": "javascript:alert(1)"}) == 400
    draft = {"seller_user_id": user.id, "category": "car", "title": "Продаю", "price": 1000}
    assert user.send("POST", "/listings", [draft] * 5000) == 403
    [listing] = user.row(
        """insert into listings (seller_user_id, category, title, price, status, moderation_status)
           values (%s, 'car', 'Toyota', 1000, 'active', 'approved') returning id::text""",
        seller.id,
    )
    assert user.send("POST", "/listing_likes", {"user_id": user.id, "listing_id": listing}) == 201
    thread = {"listing_id": listing, "buyer_id": user.id, "seller_id": seller.id}
    assert user.send("POST", "/chat_threads", thread) == 201
    [thread_id] = user.row("select id::text from chat_threads where buyer_id = %s", user.id)
    message = {"thread_id": thread_id, "sender_id": user.id, "body": "Торг?"}
    assert [user.send("POST", "/chat_messages", [message] * count) for count in (5000, 30, 1)] == [429, 201, 429]
    assert user.send("GET", "/listings?select=id,public_profiles(listings(id))") == 400
