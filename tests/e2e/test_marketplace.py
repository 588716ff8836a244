"""Marketplace on the running stack, through HTTP: as the existing app uses it, and with Redis stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest

from tests.support.mobile_app import App
from tests.support.plain_http import plain_request
from tests.support.sellers import car, horse
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.mark.parametrize("base", ["/api", "", "/api/v1", "/api/api"])
def test_the_app_posts_shows_sells_and_brings_back_a_car(stack: RunningStack, base: str) -> None:
    app = App(stack, base)
    listing = app.posted(car())
    shown = app.call("GET", f"/listings/{listing}").json()
    assert (shown["title"], shown["seller_user_id"], shown["seller_id"]) == ("Toyota Camry 2018", app.id, app.id)
    assert (shown["currency"], shown["details"]["brand"], shown["brand"]) == ("KGS", "Toyota", "Toyota")
    assert f"/vod/{shown['video_id']}/" in shown["video_url"]
    assert app.call("POST", f"/listings/{listing}/mark-sold").json()["delete_at"]
    assert app.call("POST", f"/listings/{listing}/reactivate").json()["success"] is True


def test_the_app_posts_a_horse_with_a_russian_gender_and_no_height(stack: RunningStack) -> None:
    app = App(stack)
    details = app.call("GET", f"/listings/{app.posted(horse())}").json()["details"]
    assert details["gender"] == "Жеребец"
    assert not details.get("height")


def test_an_owners_action_without_a_token_is_answered_with_a_sentence(stack: RunningStack) -> None:
    listing = App(stack).posted(car())
    answer = plain_request("POST", f"{stack.url}/api/listings/{listing}/mark-sold", timeout=60)
    assert answer.status_code == 401
    assert answer.json()["error"] == "Войдите в приложение ещё раз."


def test_a_buyer_finds_likes_saves_and_writes(stack: RunningStack) -> None:
    seller, buyer = App(stack), App(stack)
    listing = seller.posted(car(title="Toyota Camry, редкий цвет"))
    found = buyer.call("GET", f"/listings/search?q=тайота камри&seller={seller.id}").json()["data"]["listings"]
    assert [row["id"] for row in found] == [listing]
    assert buyer.call("POST", f"/listings/{listing}/like").json()["data"]["likes_count"] == 1
    assert buyer.call("POST", f"/listings/{listing}/save").json()["success"]
    assert [row["id"] for row in buyer.call("GET", "/listings/favorites").json()["data"]["listings"]] == [listing]
    thread = buyer.call("POST", "/chat/threads", {"listing_id": listing}).json()["data"]["id"]
    assert buyer.call("POST", f"/chat/threads/{thread}/messages", {"text": "Торг есть?"}).json()["success"]
    [talk] = seller.call("GET", "/chat/threads").json()["data"]["threads"]
    assert (talk["id"], talk["last_message"], talk["unread_count"]) == (thread, "Торг есть?", 1)


@contextmanager
def stopped_redis(stack: RunningStack) -> Iterator[None]:
    """Redis takes connections and answers nothing: worse than a dead one, which refuses at once."""
    url = f"redis://127.0.0.1:{stack.ports.redis}/0"
    from redis import Redis

    process = int(Redis.from_url(url, socket_timeout=5).info("server")["process_id"])
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_no_request_fails_while_redis_is_stopped(stack: RunningStack) -> None:
    apps = [App(stack) for _ in range(4)]
    listing = apps[0].posted(car())

    async def everybody() -> list[tuple[str, int]]:
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=timeout) as session:

            async def one(app: App, method: str, path: str, body: Any = None) -> tuple[str, int]:
                async with session.request(method, app.url + path, json=body, headers=app.headers) as answer:
                    return path, answer.status

            calls = [("GET", "/listings"), ("GET", f"/listings/{listing}"), ("GET", "/listings/mine")]
            calls += [("GET", "/chat/threads"), ("GET", "/business/mine"), ("POST", f"/listings/{listing}/like")]
            asked = [one(app, method, path) for app in apps for method, path in calls]
            asked += [one(app, "POST", "/listings", car(video_url=...)) for app in apps]
            return await asyncio.gather(*asked)

    with stopped_redis(stack):
        refused = [(path, status) for path, status in asyncio.run(everybody()) if status // 100 != 2]
    assert refused == []
    assert {status for _, status in asyncio.run(everybody())} <= {200, 201}
