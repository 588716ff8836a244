"""Simulated Expo in this process, phones of users, and the timers that push to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from psycopg.types.json import Jsonb

from auto360.domains.notifications.pace import PushPace
from auto360.domains.notifications.pushing import PushPolicy, PushSender
from auto360.domains.notifications.receipts import PushReceipts
from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line
from auto360.providers.push.expo import ExpoPush, ExpoSettings
from auto360.providers.transport.connections import new_client as new_http
from local.simulators.expo import Expo
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import new_user_id
from tests.support.rows import rows
from tests.support.sql_calls import calling
from tests.support.threads import sending

AREAS = [
    *("chat", "comments", "moderation", "payments", "subscription", "listings", "favourites", "searches", "videos"),
    "business",
]
PUSHES_OF_A_DAY = """
update pushes p set not_before = now() + case when q.is_capped and q.place > 3 then interval '1 hour' else '0' end
from (
  select w.id, t.is_capped, row_number() over (partition by w.user_id, t.is_capped order by w.created_at, w.id) as place
  from pushes w join notification_types t on t.code = w.type where w.state = 'queued') as q
where p.id = q.id"""
"""Statement that lets three capped pushes of each user come due, and all others."""
NEXT_DAY = "update pushes set claimed_at = claimed_at - interval '1 day'"
_numbers = itertools.count(1)


def new_token(system: str = "ios") -> str:
    """Return a token that no other phone has."""
    return f"ExponentPushToken[{system}-{uuid4().hex[:16]}-{next(_numbers)}]"


def say(world: PushWorld, sender: str, thread: str, *texts: str) -> None:
    """Write messages into a conversation, one after the other."""
    for text in texts:
        at_once(world.database, [sending(sender, thread, text)])


@dataclass
class Handset:
    """Phone with a signed-in user."""

    user: str
    session: str
    token: str
    id: str = ""


@dataclass
class PushWorld:
    """Simulator, and our timers at it."""

    database: Database
    expo: Expo
    url: str
    http: httpx.Client = field(default_factory=lambda: new_http(timeout=5.0))

    @property
    def provider(self) -> ExpoPush:
        """Return our client."""
        return ExpoPush(ExpoSettings.load(self.environ), self.http)

    @property
    def environ(self) -> dict[str, str]:
        """Return the account as functions find it."""
        return {
            "EXPO_PUSH_URL": f"{self.url}/expo/--/api/v2/push",
            "EXPO_ACCESS_TOKEN": self.expo.access_token,
            "EXPO_TIMEOUT_SECONDS": "3",
        }

    def sender(self, **policy: object) -> PushSender:
        """Return a sender that makes one round."""
        chosen = PushPolicy(**{"push_run_seconds": 0.0, "push_poll_seconds": 0.01, **policy})
        return PushSender(self.backend(), self.provider, chosen, PushPace(chosen.push_per_second))

    def backend(self) -> PostgrestDatabase:
        """Return the functions' database."""
        settings = SupabaseSettings.load(self.database.environ)
        return PostgrestDatabase(settings, new_line(settings))

    def send(self, rounds: int = 1, **policy: object) -> dict[str, int]:
        """Let the held pushes come due and run the sender; returns the counters of the last round."""
        rows(
            self.database,
            "update pushes set not_before = now() where state = 'queued' and not is_deferred returning id",
        )
        counts: dict[str, int] = {}
        for _ in range(rounds):
            counts = self.sender(**policy).run()
        return counts

    def ask_receipts(self) -> dict[str, int]:
        """Let a quarter of an hour pass and run the receipts' timer."""
        rows(self.database, "update pushes set receipt_at = now() where state = 'accepted' returning id")
        self.expo.let_time_pass(900)
        return PushReceipts(self.backend(), self.provider).run()

    def phone(self, user: str | None = None, *, token: str | None = None, **device: object) -> Handset:
        """Register a phone with a new session of a user."""
        owner = user or self.user()
        query = (
            "insert into auth_sessions (user_id, expires_at) values (%s, now() + interval '1 day') returning id::text"
        )
        [(session,)] = rows(self.database, query, owner)
        handset = Handset(owner, session, token or new_token())
        handset.id = self.register(handset, **device)["id"]
        return handset

    def user(self, *, name: str = "Айбек", language: str = "ru") -> str:
        """Return a new user without quiet hours."""
        user_id = new_user_id(self.database, name=name)
        rows(
            self.database,
            "with l as (update accounts set language = %s where id = %s) "
            "insert into notification_settings (user_id, quiet_from, quiet_to) values (%s, null, null) returning 1",
            language, user_id, user_id,
        )  # fmt: skip
        return user_id

    def register(self, handset: Handset, **device: object) -> dict[str, Any]:
        """Register a phone, as the app does at each start."""
        sent = {"token": handset.token, "channels": AREAS, "platform": "ios", **device}
        call = calling("device_register", p_user_id=handset.user, p_session_id=handset.session, p_device=Jsonb(sent))
        return at_once(self.database, [call])[0]

    def notify(self, user: str, code: str = "moderation_approved", about: str | None = None, **values: object) -> str:
        """Write a notification as an event does; returns its id."""
        key = about or f"test:{uuid4()}"
        listed = {"listing_id": str(uuid4()), "listing": "Toyota Camry", "payment_id": str(uuid4()), **values}
        rows(
            self.database, "select 1 from private.enqueue_notification(%s, %s, %s, %s)", user, code, key, Jsonb(listed)
        )
        query = "select id::text from notifications where user_id = %s and dedupe_key = %s"
        return str(rows(self.database, query, user, key)[0][0])

    def notify_often(self, user: str, code: str, count: int) -> None:
        """Write many notifications in one statement; their pushes are due at once."""
        rows(
            self.database,
            """select private.enqueue_notifications(%s, (select jsonb_agg(jsonb_build_object('user_id', %s::uuid,
                 'about', 'test:' || gen_random_uuid(), 'values', jsonb_build_object('listing_id', gen_random_uuid(),
                 'listing', 'Toyota Camry'))) from generate_series(1, %s)))""",
            code, user, count,
        )  # fmt: skip
        rows(self.database, "update pushes set not_before = now() where user_id = %s returning 1", user)

    def states(self, user: str) -> list[tuple[str, str]]:
        """Return state and reason of a user's pushes, oldest first."""
        return rows(self.database, "select state, reason from pushes where user_id = %s order by created_at, id", user)

    def received(self, token: str) -> list[dict[str, Any]]:
        """Return everything that reached a phone, oldest first."""
        return [message for message in self.expo.screens.received if message["to"] == token]


@pytest.fixture
def push_world(database: Database, functions: Functions) -> Iterator[PushWorld]:
    """Yield a fresh simulator, an empty queue, and functions that use both."""
    expo = Expo(uuid4().hex, receipt_seconds=0)
    rows(
        database,
        "with p as (delete from pushes), c as (delete from push_circuits), j as (delete from job_leases) select 1",
    )
    with served(Simulators(Phone(), {"expo": expo})) as url:
        world = PushWorld(database, expo, url)
        functions.set(**world.environ)
        yield world
        world.http.close()
