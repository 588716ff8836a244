"""Operations page in a real browser on the running stack: sign in, approve, refund, pause; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from tests.support.chromium import chromium
from tests.support.logs import remember_secret
from tests.support.people import new_phone
from tests.support.plain_http import plain_client
from tests.support.sellers import car
from tests.support.sms import code_in
from tests.support.stack import RunningStack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.xdist_group("stack")

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
EVIL = "http://evil.example"


@dataclass
class Office:
    """Stack, a browser, and what the people outside did."""

    stack: RunningStack
    browser: Browser

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the stack's database."""
        with psycopg.connect(self.stack.dsn, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def user(self, role: str, name: str) -> tuple[str, str]:
        """Create a user with a role: id and phone."""
        query = "insert into accounts (phone, name, role) values (%s, %s, %s) returning id::text"
        phone = new_phone()
        return str(self.rows(query, phone, name, role)[0][0]), phone

    def app(self, user: str) -> httpx.Client:
        """Return the app of a user."""
        token = {"Authorization": f"Bearer {self.stack.user_token(user)}"}
        return plain_client(base_url=self.stack.url, headers=token, timeout=60)

    @contextmanager
    def signed_in(self, role: str, name: str, **options: Any) -> Iterator[Page]:
        """Yield a browser window in which a staff member has signed in by phone code."""
        _, phone = self.user(role, name)
        context = self.browser.new_context(base_url=self.stack.url, locale="ru-RU", **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto("/admin")
        page.get_by_label("Номер телефона").fill(phone)
        page.get_by_role("button", name="Получить код").click()
        page.get_by_label("Код из SMS").fill(code_in(self.stack.inbox(phone)[0]["text"]))
        page.get_by_role("button", name="Войти").click()
        page.get_by_role("heading", name="Сводка").wait_for()
        remember_secret(session_cookie(context))
        yield page
        context.close()


@pytest.fixture(scope="module")
def office(stack: RunningStack) -> Iterator[Office]:
    with chromium() as browser:
        yield Office(stack, browser)


def session_cookie(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "staff_session")


def test_a_moderator_approves_a_listing_on_a_phone_and_is_refused_in_finance(office: Office) -> None:
    seller, _ = office.user("user", "Айбек")
    with office.app(seller) as app:
        posted = app.post("/api/listings", json=car(title="Toyota Camry, одна рука", video_url=...))
        assert posted.status_code == 201, posted.text
        listing = posted.json()["data"]["id"]
    with office.signed_in("moderator", "Гулзат", **PHONE) as page:
        page.get_by_text("Меню").click()
        page.get_by_role("link", name="Модерация").click()
        page.goto(f"/admin/moderation/{listing}")
        page.get_by_role("button", name="Одобрить").click()
        page.get_by_text("Объявление одобрено.").wait_for()
        assert office.rows("select moderation_status from listings where id = %s", listing) == [("approved",)]
        answer = page.goto("/admin/payments")
        assert answer is not None
        assert answer.status == 403
        assert page.get_by_role("heading", name="Доступа нет").is_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["viewport"]["width"], "nothing hangs over the edge of a phone"


def test_an_administrator_refunds_a_payment_and_pauses_the_migration(office: Office) -> None:
    buyer, phone = office.user("user", "Чолпон")
    with office.app(buyer) as app:
        payment = app.post("/api/payments", json={"tier": "basic", "bank": "freedompay"}).json()["payment_id"]
        bank_page = office.stack.local("banks")[0]["page"]
        app.post(bank_page, data={"action": "pay"}, headers={"Origin": office.stack.url})
        office.stack.local("timers/payment_reconciler/0", "POST")
    with office.signed_in("admin", "Жаныл") as page:
        page.goto("/admin/payments")
        page.get_by_label("Телефон, номер платежа или номер банка").fill(phone)
        page.get_by_role("button", name="Найти").click()
        page.get_by_role("row", name="Чолпон").get_by_role("link").click()
        page.get_by_label("Причина").fill("Оплатила дважды")
        page.get_by_role("button", name="Вернуть").click()
        page.get_by_text("Возврат оформлен.").wait_for()
        query = "select amount_tyiyn, reason from refunds where payment_id = %s"
        assert office.rows(query, payment) == [(10000, "Оплатила дважды")]
        page.goto("/admin/migration")
        # It begins paused.
        page.get_by_role("button", name="Возобновить").click()
        page.get_by_role("button", name="Поставить на паузу").wait_for()
        query = "select paused_at is not null from job_leases where job = 'video_migrator'"
        assert office.rows(query) == [(False,)]
        page.get_by_role("button", name="Поставить на паузу").click()
        page.get_by_text("на паузе").wait_for()
        assert office.rows(query) == [(True,)]


def test_neither_another_site_nor_a_neighbour_on_this_host_sends_our_forms(office: Office) -> None:
    with office.signed_in("admin", "Жаныл") as page:
        token = page.locator("[name=form_token]").first.input_value()
        fields = f'<input name="form_token" value="{token}"><input name="phone" value="+996700123456">'
        form = f'<form method="post" action="{office.stack.url}/admin/staff">{fields}<input name="role" value="admin">'

        def attack(route: Route) -> None:
            route.fulfill(body=f"<!doctype html>{form}<button>Win</button></form>", content_type="text/html")

        # The neighbour is the same site, so that the browser sends it the cookie along; only its port differs.
        for attacker in (EVIL, "http://127.0.0.1:9"):
            page.route(f"{attacker}/", attack)
            page.goto(f"{attacker}/")
            with page.expect_response("**/admin/staff") as refused:
                page.get_by_role("button", name="Win").click()
            assert refused.value.status == 403
            sent = refused.value.request.all_headers().get("cookie", "")
            assert ("staff_session=" in sent) is (attacker != EVIL)
        assert office.rows("select 1 from accounts where phone = '+996700123456' and role = 'admin'") == []


def test_a_link_on_another_site_leads_to_the_page_all_the_same(office: Office) -> None:
    with office.signed_in("finance", "Нурлан") as page:
        link = f'<!doctype html><a href="{office.stack.url}/admin/alerts">Look</a>'
        page.route(f"{EVIL}/", lambda route: route.fulfill(body=link, content_type="text/html"))
        page.goto(f"{EVIL}/")
        page.get_by_role("link", name="Look").click()
        page.get_by_role("heading", name="Тревоги").wait_for()


def test_a_form_that_was_kept_is_worth_nothing_after_signing_out(office: Office) -> None:
    with office.signed_in("admin", "Жаныл") as page:
        page.goto("/admin/staff")
        kept = page.context.new_page()
        kept.goto("/admin/staff")
        kept.get_by_label("Номер телефона").fill("+996 700 123 457")
        page.get_by_role("button", name="Выйти").click()
        page.get_by_text("Вы вышли.").wait_for()
        kept.get_by_role("button", name="Выдать").click()
        kept.get_by_text("Войдите и повторите: действие не выполнено.").wait_for()
        assert office.rows("select 1 from accounts where phone = '+996700123457'") == []
