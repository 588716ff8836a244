"""Attack: one small request that multiplies the marketplace by itself, through embeds of PostgREST."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rest import Rest
from tests.support.rows import rows

BUSY = 600
"""Listings of one dealer: enough for the attacks to run to the statement's time-out."""


@pytest.fixture(scope="module")
def dealer(database: Database) -> Iterator[str]:
    """Yield a dealer with many listings."""
    seller = new_user_id(database)
    with database.connect() as connection:
        connection.execute(
            """insert into listings (seller_user_id, category, title, price, status, moderation_status)
               select %s, 'car', 'Toyota Camry', 1000, 'active', 'approved' from generate_series(1, %s)""",
            [seller, BUSY],
        )
        connection.execute("insert into business_accounts (user_id, name) values (%s, 'Салон')", [seller])
        yield seller
        connection.execute("delete from listings where seller_user_id = %s", [seller])
        connection.execute("delete from business_accounts where user_id = %s", [seller])


MULTIPLYING = [
    "/listings?select=id,seller:public_profiles(id,listings(id,title,seller:public_profiles(id,listings(id,title))))",
    "/public_profiles?select=id,listings(id,p:public_profiles(id,listings(id,p:public_profiles(id,listings(*)))))",
    "/listings?select=*,public_profiles(listings(*))",
    "/listings?select=id,seller:users!seller_user_id(id,listings(id,title,seller:users!seller_user_id(id,listings(id))))",
    "/users?select=id,listings(id,users(id,listings(id)))",
    "/public_profiles?select=id,listings(id,users!seller_user_id(id,listings(id)))",
    "/public_profiles?select=id,a:listings(*),b:listings(*),c:listings(*)",
    "/business_accounts?select=id,listings(id,business_accounts(id,listings(id,business_accounts(id,listings(*)))))",
    "/listings?select=id,seller:public_profiles!inner(id,x:listings!inner(id,title))",
    "/listings?select=id," + ",".join(f"s{number}:public_profiles(id)" for number in range(40)),
]


@pytest.mark.parametrize("path", MULTIPLYING)
@pytest.mark.parametrize("who", ["anybody", "signed in"])
def test_a_multiplying_request_is_refused_before_it_runs(path: str, who: str, rest: Rest, dealer: str) -> None:
    caller = rest.anybody if who == "anybody" else rest.user()
    answer = caller.send("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (400, "PT400"), answer.text[:200]
    assert "embed" in answer.json()["message"]


FOUR = "car_details(brand),horse_details(breed),real_estate_details(rooms),seller:public_profiles(id)"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/business_accounts?select=id,listings(id)", "too many embedded lists"),
        (f"/listings?select=id,{FOUR}", "too many embedded resources"),
    ],
)
def test_who_is_signed_in_may_embed_more_than_a_guest(path: str, message: str, rest: Rest, dealer: str) -> None:
    refusal = rest.anybody.send("GET", path)
    assert (refusal.status_code, refusal.json()["message"]) == (400, message)
    assert rest.user().send("GET", f"{path}&limit=1").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "select=" + ",".join(f"a{number}:description" for number in range(200)),
        "select=" + ",".join(["description"] * 200),
        "select=id&order=" + ",".join(["title.asc", "title.desc"] * 100),
        "select=id&or=(" + ",".join(f"title.imatch.a{number}.*b" for number in range(200)) + ")",
        "select=id,seller:public_profiles(" + ",".join(f"a{number}:bio" for number in range(200)) + ")",
    ],
)
@pytest.mark.parametrize("who", ["anybody", "signed in"])
def test_an_answer_does_not_grow_with_the_names_of_one_column(query: str, who: str, rest: Rest) -> None:
    caller = rest.anybody if who == "anybody" else rest.user()
    answer = caller.send("GET", f"/listings?{query}")
    assert (answer.status_code, answer.json()) == (400, answer.json() | {"message": "a column named too often"})


def test_every_column_may_be_named_beside_those_of_what_is_embedded(rest: Rest, database: Database) -> None:
    columns = [
        name
        for (name,) in rows(
            database,
            "select column_name from information_schema.columns where "
            "table_schema = 'public' and table_name = 'listings'",
        )
    ]
    embedded = "seller:public_profiles(id,name,created_at,updated_at),business:business_accounts(id,name,created_at)"
    rest.anybody.rows(f"/listings?select={','.join(columns)},{embedded}&id=not.is.null&order=created_at.desc,id")


def test_conversations_are_not_multiplied_by_their_messages(rest: Rest, database: Database) -> None:
    user, seller = rest.user(), new_user_id(database)
    thread = {"listing_id": new_listing(database, seller), "buyer_id": user.id, "seller_id": seller}
    [opened] = user.send("POST", "/chat_threads", thread, Prefer="return=representation").json()
    message = {"thread_id": opened["id"], "sender_id": user.id, "body": "Торг?"}
    assert user.send("POST", "/chat_messages?select=*,sender:users!sender_id(id)", message).status_code == 201
    for path in (
        "/chat_threads?select=id,chat_messages(id,chat_threads(id,chat_messages(id)))",
        "/chat_messages?select=id,chat_threads(id,chat_messages(id))",
    ):
        assert user.send("GET", path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/accounts?select=id,listing_likes(id,accounts(id,listing_likes(id,accounts(id,listing_likes(id)))))",
        "/users?select=id,accounts(id,listing_likes(id,accounts(id,listing_likes(id))))",
        "/listing_likes?select=id,accounts(id,listing_likes(id,accounts(id,listing_likes(id))))",
        "/listing_likes?select=id,accounts(id,listing_saves(id))",
        "/auth_sessions?select=id,accounts(id,auth_sessions(id))",
        "/notifications?select=id,accounts!user_id(id,reports!reporter_id(id))",
        "/listing_saves?select=id,accounts(id,payments(id,accounts(id,listing_likes(id))))",
        "/listing_saves?select=id,listings(id,users!seller_user_id(id,listings(id)))",
        "/chat_threads?select=id,users!seller_id(id,listings(id))",
    ],
)
def test_what_is_ones_own_is_not_multiplied_through_ones_own_row(path: str, rest: Rest, database: Database) -> None:
    user = rest.user()
    listing = new_listing(database, new_user_id(database))
    with database.connect() as connection:
        for table in ("listing_likes", "listing_saves"):
            statement = f"insert into {table} (user_id, listing_id) values (%s, %s)"
            connection.execute(statement.encode(), [user.id, listing])
        connection.execute("insert into notifications (user_id, type, title) values (%s, 'comment', 'Тест')", [user.id])
    answer = user.send("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (400, "PT400"), answer.text[:200]


def test_every_table_that_people_read_bounds_what_is_embedded(database: Database) -> None:
    unbounded = rows(
        database,
        """select c.relname from pg_class c
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
             and (has_any_column_privilege('authenticated', c.oid, 'select')
               or has_any_column_privilege('anon', c.oid, 'select'))
             -- The view users has no policy; it is read through public_profiles, whose policy counts both names.
             and c.relname <> 'users'
             and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
               and p.polcmd in ('r', '*') and pg_get_expr(p.polqual, p.polrelid)
                 like concat('%%private.embeds_are_bounded(', quote_literal(c.relname), '::text)%%'))""",
    )
    assert unbounded == []


# What the app sends.
NEEDED_BY_ANYBODY = [
    "/listings?select=*&category=eq.car&status=eq.active&order=created_at.desc&limit=50",
    "/listings?select=*,seller:public_profiles(id,name,avatar_url)&limit=50",
    "/listings?select=*,seller:users!seller_user_id(id,name,avatar_url,phone)&limit=50",
    "/users?select=id,name,avatar_url,phone&limit=50",
    "/listings?select=*,car_details(*),horse_details(*),seller:public_profiles(id,name)&limit=50",
    "/business_accounts?select=*",
]
NEEDED_BY_A_USER = [
    *NEEDED_BY_ANYBODY,
    "/listing_saves?select=*,listing:listings!listing_saves_listing_id_fkey(*,seller:users!seller_user_id(id,name))",
    "/chat_threads?select=*,listing:listings(id,title),buyer:users!buyer_id(id,name),seller:users!seller_id(id,name)",
    "/chat_messages?select=*,sender:users!sender_id(id,name,avatar_url)",
    "/notifications?select=*,from_user:users!from_user_id(id,name)",
    "/users?select=*,business_members!user_id(role,business_accounts(id,name))",
]


@pytest.mark.parametrize("path", NEEDED_BY_ANYBODY)
def test_what_the_app_embeds_without_a_token_works(path: str, rest: Rest, dealer: str) -> None:
    assert rest.anybody.send("GET", path).status_code == 200


@pytest.mark.parametrize("path", NEEDED_BY_A_USER)
def test_what_the_app_embeds_with_a_token_works(path: str, rest: Rest, dealer: str) -> None:
    assert rest.user().send("GET", path).status_code == 200


def test_counting_exactly_is_no_second_table(rest: Rest, dealer: str) -> None:
    path = f"/listings?select=id,seller:public_profiles!inner(id)&seller.id=eq.{dealer}&limit=1"
    answer = rest.anybody.send("GET", path, Prefer="count=exact")
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"0-0/{BUSY}")


def test_inside_the_database_no_query_is_judged_by_its_text(database: Database, dealer: str) -> None:
    with database.connect() as connection, connection.transaction():
        connection.execute("set local role anon")
        number = connection.execute(
            """select count(*) from listings a left join lateral (
                 select json_agg(b.id) from listings b where b.id = a.id) as x on true"""
        ).fetchone()
    assert number is not None
    assert number[0] >= BUSY


@pytest.mark.parametrize("schema", ["graphql_public", "storage", "private"])
def test_no_way_around_the_bounds_leads_through_another_schema(schema: str, rest: Rest) -> None:
    for caller in (rest.anybody, rest.user()):
        answers = [
            caller.send("GET", "/listings?select=id", **{"Accept-Profile": schema}),
            caller.send("POST", "/rpc/graphql", {"query": "{__typename}"}, **{"Content-Profile": schema}),
        ]
        assert [answer.json()["code"] for answer in answers] == ["PGRST106"] * 2
