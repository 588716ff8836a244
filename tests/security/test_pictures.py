"""Attack: an avatar that is a script, a tracking pixel or somebody else's picture, written past the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auto360.core.errors import ValidationFailed
from auto360.core.urls import ImageLinks
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rest import Rest
from tests.support.rows import rows

STORAGE = "https://project.example.kg/storage/v1"
PUBLIC = f"{STORAGE}/object/public/"
HOST = "cdn.example.kg"
OTHER = "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def allowed(database: Database) -> Iterator[ImageLinks]:
    """Yield the allowed picture places, for the API and for the database alike."""
    before = rows(database, "select kind, origin from image_origins")
    rows(database, "select image_origins_set(%s, null, %s)", PUBLIC, [HOST])
    yield ImageLinks(STORAGE, frozenset({HOST}))
    with database.connect() as connection:
        connection.execute("delete from image_origins where true")
        for row in before:
            connection.execute("insert into image_origins (kind, origin) values (%s, %s)", row)


REFUSED = [
    "javascript:alert(document.cookie)",
    "data:text/html,<script>alert(1)</script>",
    "https://tracker.example/pixel.gif?victim=1",
    "http://cdn.example.kg/a.png",
    "https://cdn.example.kg.evil.example/a.png",
    "https://cdn.example.kg@evil.example/a.png",
    "https://evil.example/?https://cdn.example.kg/a.png",
    "https://cdn.example.kg:8443/a.png",
    "https://CDN.example.kg\\@evil.example/a.png",
    'https://cdn.example.kg/a.png" onerror="alert(1)',
    "https://cdn.example.kg/a b.png",
    f"{PUBLIC}avatars/{OTHER}/a.png",
    f"{PUBLIC}documents/{{me}}/a.png",
    f"{PUBLIC}avatars/{{me}}/../{OTHER}/a.png",
    f"{PUBLIC}avatars/{{me}}/a.svg",
    f"{PUBLIC}avatars/{{me}}/a.png?redirect=https://evil.example",
    f"{PUBLIC}avatars/{{me}}/",
    "https://evil.example/storage/v1/object/public/avatars/{me}/a.png",
    "//evil.example/a.png",
    "a.png",
    "",
]
ACCEPTED = [
    f"{PUBLIC}avatars/{{me}}/avatar_1700000000000.jpg",
    f"{PUBLIC}avatars/{{me}}/2026/a.B-c_d.WEBP",
    f"https://{HOST}/people/a.png?size=100",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_avatar_lies_nowhere_else(address: str, rest: Rest, allowed: ImageLinks, database: Database) -> None:
    user = rest.user()
    given = address.replace("{me}", user.id)
    answer = user.send("PATCH", f"/users?id=eq.{user.id}", {"avatar_url": given})
    assert (answer.status_code, answer.json()["code"]) == (400, "23514")
    assert rows(database, "select avatar_url from public_profiles where id = %s", user.id) == [(None,)]
    with pytest.raises(ValidationFailed):
        allowed.resolve(given, bucket="avatars", user_id=user.id, field="avatar_url")


@pytest.mark.parametrize("address", ACCEPTED)
def test_the_apps_own_way_to_change_a_picture_works(
    address: str, rest: Rest, allowed: ImageLinks, database: Database
) -> None:
    user = rest.user()
    given = address.replace("{me}", user.id)
    change = {"name": "Асель", "avatar_url": given, "bio": "Продаю сама", "city": "Ош"}
    answer = user.send("PATCH", f"/users?id=eq.{user.id}&select=*", change, Prefer="return=representation")
    assert (answer.status_code, answer.json()[0]["avatar_url"]) == (200, given)
    assert rest.anybody.rows(f"/public_profiles?id=eq.{user.id}&select=avatar_url") == [{"avatar_url": given}]
    assert allowed.resolve(given, bucket="avatars", user_id=user.id, field="avatar_url") == given
    assert user.send("PATCH", f"/users?id=eq.{user.id}", {"avatar_url": None}).status_code == 204


def test_before_the_origins_are_known_no_address_is_accepted(
    rest: Rest, allowed: ImageLinks, database: Database
) -> None:
    user = rest.user()
    with database.connect() as connection:
        connection.execute("delete from image_origins where true")
    change = {"avatar_url": ACCEPTED[0].replace("{me}", user.id)}
    assert user.send("PATCH", f"/users?id=eq.{user.id}", change).status_code == 400
    assert user.send("PATCH", f"/users?id=eq.{user.id}", {"name": "Асель"}).status_code == 204


def test_the_hourly_cleanup_tells_the_database_what_the_environment_allows(
    functions: Functions, database: Database, allowed: ImageLinks
) -> None:
    functions.set(SUPABASE_URL="https://project.example.kg", IMAGE_HOSTS="img.example.kg")
    functions.handler("cleanup")({}, None)
    assert sorted(rows(database, "select kind, origin from image_origins")) == [
        ("host", "img.example.kg"),
        ("storage", PUBLIC),
    ]


def test_no_other_address_can_be_written_past_the_api(database: Database) -> None:
    writable = rows(
        database,
        """select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and c.relkind <> 'v' and a.attnum > 0 and not a.attisdropped
             and (a.attname ~ '(url|logo|image|images|picture|website|link)$' or a.attname = 'website')
             and (has_column_privilege('authenticated', c.oid, a.attnum, 'update')
               or has_column_privilege('authenticated', c.oid, a.attnum, 'insert'))""",
    )
    assert writable == [("accounts.avatar_url",)], "guard another address by private.is_allowed_picture"
