"""Supabase host without a client library: keys, the user behind a token, and unsupported routes."""

from __future__ import annotations

import httpx
import pytest

from local.function_environment import token_keys
from tests.clients.scene import new_person
from tests.support.plain_http import plain_client
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def http(stack: RunningStack) -> httpx.Client:
    """Return a client with the host's address, without a key."""
    return plain_client(base_url=stack.supabase_url)


def test_rows_want_an_api_key(stack: RunningStack, http: httpx.Client) -> None:
    path, keys = "/rest/v1/listings?select=id&limit=1", stack.keyring
    missing = http.get(path)
    assert (missing.status_code, missing.json()["message"]) == (401, "No API key found in request")
    assert http.get(path, headers={"apikey": "wrong"}).json()["message"] == "Invalid API key"
    for key in (keys.supabase_publishable_key, token_keys(keys).role_token("anon")):
        assert http.get(path, headers={"apikey": key}).status_code == 200
        assert http.get(f"{path}&apikey={key}").status_code == 200
    both = {"apikey": keys.supabase_publishable_key, "Authorization": f"Bearer {keys.supabase_secret_key}"}
    assert http.get(path, headers=both).status_code == 401


def test_the_secret_key_and_the_publishable_key_have_their_roles(stack: RunningStack, http: httpx.Client) -> None:
    path = "/rest/v1/auth_sessions?select=id&limit=1"
    keys = stack.keyring
    assert http.get(path, headers={"apikey": keys.supabase_secret_key}).status_code == 200
    assert http.get(path, headers={"apikey": keys.supabase_publishable_key}).status_code == 401


def test_supabase_auth_knows_only_those_whom_its_own_tables_know(stack: RunningStack, http: httpx.Client) -> None:
    person = new_person(stack)
    headers = {"apikey": stack.keyring.supabase_publishable_key}

    def code(token: str | None) -> tuple[int, str]:
        bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = http.get("/auth/v1/user", headers=headers | bearer)
        return answer.status_code, answer.json()["error_code"]

    assert code(None) == (401, "no_authorization")
    assert code("x.y.z") == (403, "bad_jwt")
    assert code(person.token) == (403, "user_not_found")
    stack.rows("insert into auth.users (id, phone) values (%s, '996500000000')", person.id)
    try:
        assert code(person.token) == (403, "session_not_found")
        without = token_keys(stack.keyring).user_token(person.id, {"session_id": None})
        known = http.get("/auth/v1/user", headers=headers | {"Authorization": f"Bearer {without}"})
        assert (known.status_code, known.json()["id"]) == (200, person.id)
    finally:
        stack.rows("delete from auth.users where id = %s", person.id)


def test_the_key_set_holds_public_keys_only(http: httpx.Client) -> None:
    [key] = http.get("/auth/v1/.well-known/jwks.json").json()["keys"]
    assert (key["alg"], "d" in key, "k" in key) == ("ES256", False, False)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/storage/v1/object/move"),
        ("POST", "/storage/v1/object/copy"),
        ("POST", "/storage/v1/upload/resumable"),
        ("GET", "/storage/v1/render/image/public/avatars/a.png"),
        ("POST", "/storage/v1/bucket"),
        ("POST", "/auth/v1/otp"),
        ("POST", "/graphql/v1"),
    ],
)
def test_what_is_left_out_says_so(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.json()["message"]) == (
        501,
        "The local stack does not imitate this part of Supabase.",
    )


def test_there_are_no_edge_functions(http: httpx.Client) -> None:
    assert http.post("/functions/v1/get-upload-url").json()["code"] == "NOT_FOUND"


def test_a_channel_wants_an_api_key(http: httpx.Client) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert http.get("/realtime/v1/websocket?vsn=1.0.0&apikey=x", headers=upgrade).status_code == 401


def test_pages_of_any_origin_may_use_it(http: httpx.Client) -> None:
    headers = {"Origin": "https://app.test", "Access-Control-Request-Headers": "authorization,x-upsert"}
    answer = http.options("/storage/v1/object/avatars/a.png", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-upsert"
    assert http.get("/storage/v1/object/public/avatars/a.png").headers["access-control-allow-origin"] == "*"
