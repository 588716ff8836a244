"""Causes of notifications, as the backend and the app bring them about. Each may be delivered again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from tests.support.payers import PayingUser, ask, value
from tests.support.two_people import POLICY, staff_member

Connection = psycopg.Connection[Any]
_DAY_LATER = "now() + interval '2 days'"


@dataclass
class Causes:
    """Everything that may happen to one user, over one connection with the owner's rights."""

    connection: Connection
    user: str
    other: str
    _again: list[Callable[[], object]] = field(default_factory=list)

    def do(self, function: str, **arguments: Any) -> Any:
        """Call an SQL function now, and again when causes are delivered a second time."""
        self._again.append(lambda: ask(self.connection, function, **arguments))
        answer = ask(self.connection, function, **arguments)
        assert not (isinstance(answer, dict) and "reason" in answer and len(answer) == 1), (function, answer)
        return answer

    def deliver_again(self) -> None:
        """Deliver every repeatable cause a second time."""
        for call in self._again:
            call()

    def listing(self, seller: str | None = None, **columns: Any) -> str:
        """Insert an active listing; returns its id."""
        names = "".join(f", {name}" for name in columns)
        query = f"""insert into listings (seller_user_id, category, title, price, status{names})
            values (%s, 'car', 'Toyota Camry', 1200000, 'active'{", %s" * len(columns)}) returning id::text"""
        return str(value(self.connection, query, seller or self.user, *columns.values()))

    def moderator(self) -> str:
        """Insert a moderator; returns its id."""
        query = "insert into accounts (phone, role) values (%s, 'moderator') returning id::text"
        return str(value(self.connection, query, f"+99655{uuid4().int % 10**7:07d}"))

    def decide(self, action: str, reason: str | None = None, listing: str | None = None) -> None:
        """Approve or reject a listing as a moderator."""
        subject = listing or self.listing()
        self.connection.execute("select private.submit(%s)", [subject])
        query = "select version from moderation_queue where listing_id = %s"
        self.do(
            "moderation_act", moderator_id=self.moderator(), listing_id=subject, action=action, reason=reason,
            version=value(self.connection, query, subject),
        )  # fmt: skip

    def write_message(self) -> None:
        """Have somebody write about the user's listing."""
        thread = self.do("chat_open_thread", user_id=self.other, listing_id=self.listing())["id"]
        message = {"message_type": "text", "body": "Ещё продаёте?"}
        self.do(
            "chat_send", user_id=self.other, thread_id=thread, message=message, replay_seconds=40,
            client_message_id=str(uuid4()),
        )  # fmt: skip

    def pay(self) -> None:
        """Have one payment completed, one fail, one returned; the subscription ends later."""
        payer = PayingUser(self.connection, self.user)
        _, failed = payer.attempt("premium")
        for _ in range(2):
            payer.settle(failed, "failed")
        payment, paid = payer.attempt("basic")
        for _ in range(2):
            payer.settle(paid, amount_tyiyn=10000, currency="KGS")
        payer.wait_until_days_left(1)
        for _ in range(2):
            payer.step()
        payer.wait("2 days")
        for _ in range(2):
            payer.step()
        payer.wait("4 days")
        for _ in range(2):
            payer.step()
        attempt = value(self.connection, "select id::text from payment_attempts where payment_id = %s", payment)
        for _ in range(2):
            payer.settle(attempt, "refunded", amount_tyiyn=10000, refunded_tyiyn=10000)

    def pay_too_little(self) -> None:
        """Have a bank report less money than the tier costs, so that a person checks the payment."""
        payer = PayingUser(self.connection, self.user)
        _, held = payer.attempt("premium")
        for _ in range(2):
            payer.settle(held, amount_tyiyn=100, currency="KGS")

    def offer_a_tier(self) -> None:
        """Have two staff members offer the user a tier, which has no price of its own."""
        offer = {
            "user_id": self.user,
            "tier": "enterprise",
            "amount_tyiyn": 100,
            "period_days": 30,
            "listing_limit": None,
        }
        offer |= {"note": "", "valid_days": 7}
        first, second = staff_member(self.connection), staff_member(self.connection)
        waits = ask(self.connection, "tier_offer_make", operator_id=first, offer=offer, policy=POLICY)["waits"]
        assert waits, "the second person decides"
        self.do("tier_offer_make", operator_id=second, offer=offer, policy=POLICY)

    def let_listings_end(self) -> None:
        """Have listings come near their end, pass it, and pass the time for sold ones."""
        self.listing(expires_at=value(self.connection, f"select {_DAY_LATER}"), published_at="2026-01-01")
        self.listing(expires_at=value(self.connection, "select now()"), published_at="2026-01-01")
        sold = self.listing()
        self.connection.execute(
            "update listings set status = 'sold', sold_at = now(), delete_at = now() where id = %s", [sold]
        )
        self.do("cleanup_batch", limit=1000)

    def lower_the_price(self) -> None:
        """Have the price of a saved listing fall, rise and fall again."""
        listing = self.listing(seller=self.other)
        self.do("listing_react", user_id=self.user, listing_id=listing, kind="save", is_on=True)
        for price in (1_050_000, 1_200_000, 1_040_000, 1_000_000):
            self.connection.execute("update listings set price = %s where id = %s", [price, listing])
        while ask(self.connection, "notification_fanout_step", limit=1000):
            pass

    def process_videos(self) -> None:
        """Have one uploaded video play and another fail."""
        for state in ("ready", "failed"):
            query = """insert into videos (owner_user_id, provider, provider_video_id, state, listing_id)
                values (%s, 'yandex', %s, 'processing', %s) returning id::text"""
            ref = uuid4().hex
            video = value(self.connection, query, self.user, ref, self.listing())
            self.do(
                "video_observed", video_id=video, provider_video_id=ref, found={"state": state}, api_url="https://x/api"
            )

    def invite(self) -> None:
        """Have a business invite the user."""
        query = "insert into business_accounts (user_id, name) values (%s, 'Ала-Тоо Авто') returning id::text"
        business = value(self.connection, query, self.other)
        self.do(
            "business_invite", user_id=self.other, business_id=business, invited_user_id=self.user, invited_phone=None,
            role="seller", max_members=10, invitations_per_day=10,
        )  # fmt: skip

    def report(self) -> None:
        """Have the user's report about somebody's listing upheld, and another one dismissed."""
        for action, reason in (("reject", "Обман"), ("approve", None)):
            listing = self.listing(seller=self.other)
            self.do("listing_report", user_id=self.user, listing_id=listing, reason="fraud", comment=None)
            self.decide(action, reason, listing)

    def hand_over(self) -> None:
        """Have a business handed over to the user."""
        query = "insert into accounts (phone, name) values (%s, 'Нурлан') returning id::text"
        owner = str(value(self.connection, query, f"+99655{uuid4().int % 10**7:07d}"))
        query = "insert into business_accounts (user_id, name) values (%s, 'Азия Авто') returning id::text"
        business = value(self.connection, query, owner)
        self.connection.execute(
            "insert into business_members (business_id, user_id, role, status) values (%s, %s, 'admin', 'active')",
            [business, self.user],
        )
        self.do("business_transfer", user_id=owner, business_id=business, new_owner_id=self.user)

    def comment(self) -> None:
        """Have somebody comment on the user's listing; the second time, edit the comment."""
        listing = self.listing()
        written = ask(
            self.connection, "comment_add", user_id=self.other, listing_id=listing, parent_id=None, text="Торг?"
        )
        edit = "update comments set text = text || '?' where id = %s"
        self._again.append(lambda: self.connection.execute(edit, [written["id"]]))

    def find_what_was_searched(self) -> None:
        """Have a listing appear that the user's saved search matches; the second time, have it appear again."""
        word = f"находка{uuid4().int % 10**9}"
        search = {"name": "Редкое", "frequency": "instant", "query": {"text": word}}
        self.do("saved_search_create", user_id=self.user, search=search)
        listing = self.listing(seller=self.other, description=word)
        flip = "update listings set is_hidden = not is_hidden where id = %s"
        self._again += [lambda: self.connection.execute(flip, [listing])] * 2

    def all(self) -> None:
        """Have everything happen."""
        self.decide("approve")
        self.decide("reject", "Нет фото")
        self.report()
        self.invite()
        self.write_message()
        self.process_videos()
        self.lower_the_price()
        self.let_listings_end()
        self.comment()
        self.find_what_was_searched()
        self.pay()
        self.pay_too_little()
        self.offer_a_tier()
        self.hand_over()
