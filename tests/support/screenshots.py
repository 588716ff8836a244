"""`make screenshots`: pictures of the operations page, from a stack of its own with invented figures.

Names as arguments take these alone, such as `lock-screens`.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from local.paths import CHECKOUT
from tests.support.chromium import chromium
from tests.support.event_causes import Causes
from tests.support.payers import value
from tests.support.pushes import AREAS, NEXT_DAY, PUSHES_OF_A_DAY
from tests.support.sms import code_in
from tests.support.stack import RunningStack, start_stack

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

FOLDER = CHECKOUT / "docs" / "screenshots"
ADMIN = "+996700000114"
WIDE: dict[str, Any] = {"viewport": {"width": 1200, "height": 760}}
NARROW: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
SHOTS: Sequence[tuple[str, str]] = (
    ("overview", "/admin"),
    ("moderation", "/admin/moderation"),
    ("listing", "listing"),
    ("payments", "/admin/payments"),
    ("payment", "payment"),
    ("revenue", "/admin/revenue"),
    ("alerts", "/admin/alerts"),
    ("health", "/admin/health"),
    ("sms", "/admin/sms"),
    ("notifications", "/admin/notifications"),
    ("campaign", "campaign"),
    ("emails", "/admin/notifications#emails"),
    ("metrics", "/admin/metrics"),
    ("playback", "/admin/playback"),
    ("migration", "/admin/migration"),
    ("playback-days", "/admin/playback#days"),
    ("backups", "/admin/backups"),
    ("staff", "/admin/staff"),
    ("audit", "/admin/audit"),
)


def main() -> int:
    """Take every picture, at both widths."""
    folder = Path(tempfile.mkdtemp(prefix="screenshots-"))
    stack = start_stack(folder / "data", folder / "logs")
    try:
        stack.wait_until_ready()
        _fill(stack)
        _shoot(stack)
        return stack.stop()
    finally:
        stack.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _ask(stack: RunningStack, query: str) -> Any:
    with psycopg.connect(stack.dsn, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchone() if cursor.description else None


def _fill(stack: RunningStack) -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            _ask(stack, statement)


def _shoot(stack: RunningStack) -> None:
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        context = browser.new_context(base_url=stack.url, locale="ru-RU", **WIDE)
        _pictures(context)
        page = context.new_page()
        page.goto("/admin")
        _save(page, "sign-in")
        page.get_by_label("Номер телефона").fill(ADMIN)
        page.get_by_role("button", name="Получить код").click()
        page.get_by_label("Код из SMS").fill(code_in(stack.inbox(ADMIN)[0]["text"]))
        page.get_by_role("button", name="Войти").click()
        page.get_by_role("heading", name="Сводка").wait_for()
        places = {
            "listing": "/admin/moderation/" + str(_ask(stack, _LISTING)[0]),
            "payment": "/admin/payments/" + str(_ask(stack, _PAYMENT)[0]),
            "campaign": "/admin/notifications/" + str(_ask(stack, "select id from push_campaigns")[0]),
        }
        _tour(page, "", places)
        narrow = browser.new_context(base_url=stack.url, locale="ru-RU", storage_state=_state(context), **NARROW)
        _pictures(narrow)
        _tour(narrow.new_page(), "-phone", places)
        # Last, for its users would fill the pages of staff.
        if _is_wanted("lock-screens"):
            _push(stack)
            _lock_screens(page)


_LISTING = """select q.listing_id from moderation_queue q join listings l on l.id = q.listing_id
    where q.status = 'pending' and l.thumbnail_url is not null order by q.submitted_at limit 1"""
_PAYMENT = "select id from payments where state = 'completed' order by created_at desc limit 1"


def _state(context: BrowserContext) -> Any:
    return context.storage_state()


def _tour(page: Page, suffix: str, places: dict[str, str]) -> None:
    for name, address in SHOTS:
        if not _is_wanted(name):
            continue
        # Another part of the page that is open would be scrolled to, and answer nothing.
        page.goto("about:blank")
        answer = page.goto(places.get(address, address))
        if answer is None or answer.status != 200:
            raise AssertionError(f"{name} cannot be shown")
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            raise AssertionError(f"{name} hangs {over} pixels over the edge")
        # The controls of a video turn a wheel while it loads.
        page.evaluate("document.querySelectorAll('video').forEach(video => { video.controls = false })")
        _save(page, name + suffix)


def _is_wanted(name: str) -> bool:
    return len(sys.argv) == 1 or name in sys.argv[1:]


def _push(stack: RunningStack) -> None:
    """Have everything happen to a user of each language, and push it."""
    for number, language in enumerate(("ru", "ky", "en")):
        token = f"ExponentPushToken[{language}-0123456789{'-android' if number else '-ios'}]"
        with psycopg.connect(stack.dsn, autocommit=True) as connection:
            user, other = (
                str(value(connection, _PERSON, f"+99655590000{number * 2 + place}", name, language))
                for place, name in enumerate(("Айбек", "Азамат"))
            )
            connection.execute(
                """with s as (insert into auth_sessions (user_id, expires_at) values (%s, now() + '1 day') returning id)
                   insert into push_devices (user_id, session_id, token, channels) select %s, s.id, %s, %s from s""",
                [user, user, token, AREAS],
            )
            quiet = "insert into notification_settings (user_id, quiet_from, quiet_to) values (%s, null, null)"
            connection.execute(quiet, [user])
            Causes(connection, user, other).all()
            _change_the_account(connection, user)
    stack.local("timers/search_matcher/0", "POST")
    for _ in range(7):
        _ask(stack, PUSHES_OF_A_DAY)
        stack.local("timers/push_sender/0", "POST")
        _ask(stack, NEXT_DAY)
    _ask(stack, _CAMPAIGN)
    stack.local("timers/push_sender/0", "POST")


def _change_the_account(connection: psycopg.Connection[Any], user: str) -> None:
    """Have the user log in on another phone, prove an address, and consent to campaigns."""
    for statement in (
        """insert into auth_sessions (user_id, platform, user_agent, expires_at)
           values (%s, 'android', 'another', now() + '1 day')""",
        "select private.replace_email(id, right(phone, 9) || '@example.com', null) from accounts where id = %s",
        """insert into user_consents (user_id, terms_version, privacy_version, processing_version, marketing_accepted,
             notifications_accepted) values (%s, '1', '1', '1', true, true)""",
    ):
        connection.execute(statement.encode(), [user])


_CAMPAIGN = """with c as (
    insert into push_campaigns (title, message, action_url, max_recipients, state, started_at)
    select title, message, action_url, max_recipients, 'running', now() from push_campaigns limit 1 returning id)
  insert into notification_fanouts (type, campaign_id) select 'campaign', c.id from c"""


def _lock_screens(page: Page) -> None:
    page.goto("/")
    # All of it, and not what fits beside the other boxes.
    page.eval_on_selector("#screen-list", "list => { list.style.maxHeight = 'none' }")
    for language in ("ru", "ky", "en"):
        page.locator("#screen-filter").fill(f"[{language}-")
        page.wait_for_timeout(4000)
        page.locator("#screens").screenshot(path=FOLDER / f"lock-screen-{language}.png")


_PERSON = "insert into accounts (phone, name, language) values (%s, %s, %s) returning id::text"


def _pictures(context: BrowserContext) -> None:
    """Replace the demonstration's pictures by a drawn one."""
    pictures = re.compile(r"^https://|/thumbnail\.jpg")
    context.route(pictures, lambda route: route.fulfill(body=_PICTURE, content_type="image/svg+xml"))


_PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400">
<rect width="640" height="400" fill="#c9dbe6"/><rect y="310" width="640" height="90" fill="#6b6f6a"/>
<path d="M0 250 150 110 260 220 380 90 640 260V310H0Z" fill="#8fa9a0"/>
<path d="M150 300c5-50 30-55 60-60l60-45c80-15 140 0 180 50 50 5 70 20 70 60Z" fill="#b3261e"/>
<circle cx="235" cy="312" r="36" fill="#222"/><circle cx="445" cy="312" r="36" fill="#222"/></svg>"""


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"operations-{name}.png", full_page=False)


if __name__ == "__main__":
    sys.exit(main())
