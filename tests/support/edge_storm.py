"""Many people behind one edge of the CDN: random requests, each answer compared with what this caller alone may get."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
from yarl import URL

from auto360.providers.cdn import Resource
from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.transport.connections import new_client
from auto360.providers.video.iam import IamSettings, IamTokens, KeyExchange
from local.function_environment import Addresses, function_environment
from tests.support.lines import lines_of
from tests.support.people import new_address, new_phone
from tests.support.stack import RunningStack
from tools.cdn.plan import changes

HASH = "9f86d081884c7d65"
PUBLIC = "/storage/v1/object/public/pictures"
AT_ONCE = 12
# The audit's aim, by requests.
MIN_HITS_PERCENT = 80
_LISTING = """
insert into listings (seller_user_id, category, title, price, status, moderation_status)
values (%s, 'car', 'Toyota Camry', 1000, 'active', 'approved') returning id::text"""
_NOTIFY = """
insert into notifications (user_id, type, title, message) select %s, t.code, 'Для вас', %s
from notification_types t order by t.code limit 1 returning 1"""


@dataclass
class Person:
    """Signed-in person, with what nobody else may see."""

    id: str
    token: str
    phone: str
    liked: str
    secret: str
    address: str = field(default_factory=new_address)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Local-Address": self.address}


@dataclass
class Town:
    """People, listings, files and videos of a storm."""

    stack: RunningStack
    people: list[Person]
    seller: str
    listings: list[str]
    pictures: list[str]
    segments: list[str]
    videos: list[str]

    @property
    def edge(self) -> str:
        """Return the address of the CDN."""
        return f"http://127.0.0.1:{self.stack.ports.edge_cache}"


def apply_settings(stack: RunningStack, wanted: Resource) -> None:
    """Make the simulated resource so, past the check that `make cdn-apply` would do first."""
    at = "http://127.0.0.1:{}"
    addresses = Addresses(
        *(
            at.format(port)
            for port in (stack.ports.gateway, stack.ports.postgrest, stack.ports.simulators, stack.ports.s3)
        )
    )
    environ = function_environment(stack.keyring, addresses, {})
    with new_client(timeout=10.0) as http:
        tokens = IamTokens(lambda: None, KeyExchange(IamSettings.load(environ), lines_of(http)))
        cdn = YandexCdn(YandexCdnSettings.load(environ), lines_of(http), tokens)
        for change in changes(wanted, cdn.read()):
            change.apply(cdn)
        stack.turn("yandex_cdn", "ok", minute_seconds=0, purge_seconds=0)
        cdn.purge(["/*"])


def new_town(stack: RunningStack, videos: list[str], *, people: int, pictures: int, segments: int) -> Town:
    """Make people with a like and a notification of their own, and files that are named by their content."""
    [(seller,)] = stack.rows("insert into accounts (phone, name) values (%s, 'Азамат') returning id::text", new_phone())
    listings = [stack.rows(_LISTING, seller)[0][0] for _ in range(people)]
    crowd = []
    for listing in listings:
        phone, secret = new_phone(), f"secret-{uuid4().hex}"
        [(user,)] = stack.rows("insert into accounts (phone, name) values (%s, 'Айбек') returning id::text", phone)
        stack.rows("insert into listing_likes (user_id, listing_id) values (%s, %s) returning 1", user, listing)
        stack.rows(_NOTIFY, user, secret)
        crowd.append(Person(user, stack.user_token(user), phone, listing, secret))
    keyring = stack.keyring
    access = S3Access(
        f"http://127.0.0.1:{stack.ports.s3}", "local", keyring.supabase_storage_access_key,
        keyring.supabase_storage_secret_key, deletes_many=False,
    )  # fmt: skip
    store = S3Store(access, "pictures")
    shown = [_stored(store, seller, number, "-720.webp") for number in range(pictures)]
    parts = [_stored(store, seller, pictures + number, ".ts") for number in range(segments)]
    return Town(stack, crowd, seller, listings, shown, parts, videos)


def _stored(store: S3Store, owner: str, number: int, end: str) -> str:
    content = hashlib.sha256(str(number).encode()).digest() * 200
    name = f"{owner}/{uuid4()}/{hashlib.sha256(content).hexdigest()[:32]}{end}"
    store.put(name, [content], content_type="image/webp", cache_control="public, max-age=31536000, immutable")
    return f"{PUBLIC}/{name}"


@dataclass
class Storm:
    """Random requests. `leaks` are sentences about answers that belonged to somebody else."""

    town: Town
    chance: random.Random
    leaks: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    cache: Counter[str] = field(default_factory=Counter)
    _played: set[str] = field(default_factory=set)

    def run(self, requests: int) -> None:
        """Send so many requests, a few at a time."""
        asyncio.run(self._run(requests))

    def hits_percent(self, kind: str) -> float:
        """Return the share of requests of a kind that the edge answered by itself."""
        return (
            100 * self.cache[f"{kind} HIT"] / max(1, sum(n for name, n in self.cache.items() if name.startswith(kind)))
        )

    async def _run(self, requests: int) -> None:
        acts: list[tuple[int, Callable[[aiohttp.ClientSession, Person], Awaitable[str | None]]]] = [
            (40, self._picture), (20, self._segment), (8, self._play), (6, self._feed), (4, self._guests_feed),
            (6, self._profile), (4, self._notifications), (4, self._listing), (3, self._own_listings),
            (5, self._disguised),
        ]  # fmt: skip
        chosen = self.chance.choices([act for _, act in acts], [weight for weight, _ in acts], k=requests)
        people = self.chance.choices(self.town.people, k=requests)
        left = iter(list(zip(chosen, people, strict=True)))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as session:

            async def work() -> None:
                for act, person in left:
                    leak = await act(session, person)
                    if leak:
                        self.leaks.append(f"{act.__name__}: {leak}")

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def _get(
        self, session: aiohttp.ClientSession, path: str, headers: dict[str, str], kind: str
    ) -> tuple[int, Any, aiohttp.ClientResponse]:
        address = URL(self.town.edge + path, encoded=True)
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            self.statuses[f"{kind} {answer.status}"] += 1
            self.cache[f"{kind} {answer.headers['X-Cache-Status']}"] += 1
            is_json = answer.content_type == "application/json" and answer.status == 200
            return answer.status, await answer.json() if is_json else await answer.read(), answer

    async def _picture(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        # Everybody looks at the first page; the further down, the fewer.
        number = min(int(self.chance.expovariate(8 / len(self.town.pictures))), len(self.town.pictures) - 1)
        return await self._file(session, person, self.town.pictures[number], "picture")

    async def _segment(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        return await self._file(session, person, self.chance.choice(self.town.segments), "segment")

    async def _file(self, session: aiohttp.ClientSession, person: Person, path: str, kind: str) -> str | None:
        status, content, _ = await self._get(session, path, person.headers, kind)
        named = path.rpartition("/")[2].partition("-")[0].partition(".")[0]
        if status != 200 or not hashlib.sha256(content).hexdigest().startswith(named):
            return f"{path} is another file ({status})"
        return None

    async def _play(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        path = f"/api/video/{self.chance.choice(self.town.videos)}/manifest.m3u8"
        status, _, answer = await self._get(session, path, person.headers, "play")
        where = answer.headers.get("Location", "")
        if where in self._played or answer.headers["Cache-Control"] != "no-store":
            return f"a link of another viewer ({status}, {answer.headers['Cache-Control']})"
        # A provider that did not answer in time is a failure of the machine, and nobody's link.
        self._played |= {where} if status == 302 else set()
        return None

    async def _feed(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        path = f"/api/listings?seller={self.town.seller}&limit=50"
        status, body, _ = await self._get(session, path, person.headers, "feed")
        if status != 200:
            return None
        liked = [row["id"] for row in body["data"]["listings"] if row["is_liked"]]
        return None if liked == [person.liked] else "likes of somebody else"

    async def _guests_feed(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        seller = self.chance.choice((self.town.seller, person.id))
        path, headers = f"/api/listings?seller={seller}&limit=50", {"X-Local-Address": new_address()}
        status, body, _ = await self._get(session, path, headers, "guest")
        if status != 200:
            return None
        rows = body["data"]["listings"]
        if any(row["is_liked"] or row["is_mine"] for row in rows):
            return "a guest got a person's page"
        return None if {row["seller_id"] for row in rows} <= {seller} else "the answer to another query"

    async def _profile(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        status, body, _ = await self._get(session, "/api/auth/me", person.headers, "profile")
        return None if status != 200 or body["data"]["id"] == person.id else "somebody else's profile"

    async def _notifications(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        status, body, _ = await self._get(session, "/api/notifications", person.headers, "notifications")
        return None if status != 200 or person.secret in str(body) else "somebody else's notifications"

    async def _listing(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        path = f"/api/listings/{self.chance.choice(self.town.listings)}"
        status, body, _ = await self._get(session, path, person.headers, "listing")
        if status != 200:
            return None
        return None if body["data"]["is_liked"] == path.endswith(person.liked) else "somebody else's likes"

    async def _own_listings(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        status, body, _ = await self._get(session, "/api/listings/mine", person.headers, "own")
        return None if status != 200 or body["data"]["listings"] == [] else "somebody else's listings"

    async def _disguised(self, session: aiohttp.ClientSession, person: Person) -> str | None:
        """Ask for a personal page under an address that ends like a picture."""
        path = self.chance.choice(
            (
                f"/api/auth/me/{HASH}-720.webp",
                f"/api/auth/me?{PUBLIC}/5/{HASH}-720.webp",
                f"/api/auth/me%3F{PUBLIC}/5/{HASH}-720.webp",
                f"/api/notifications/{HASH}/{HASH}.jpg",
                f"{PUBLIC}/%2e%2e/%2e%2e/%2e%2e/api/auth/me/{HASH}.webp",
            )
        )
        status, body, _ = await self._get(session, path, person.headers, "disguised")
        text = str(body)
        if status == 200 and not (person.id in text or person.secret in text):
            return f"somebody else's answer at {path}"
        others = [other for other in self.town.people if other is not person and other.secret in text]
        return f"somebody else's answer at {path}" if others else None
