"""Other cookies on the same host, whatever their form, sign no member of staff out of the operations page."""

from __future__ import annotations

import pytest

from tests.support.logs import remember_secret
from tests.support.people import new_address, new_phone
from tests.support.plain_http import plain_client, plain_request
from tests.support.sms import code_in
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def session(stack: RunningStack) -> str:
    """Return the cookie of a moderator who has signed in."""
    phone = new_phone()
    stack.rows("insert into accounts (phone, name, role) values (%s, 'Гулзат', 'moderator')", phone)
    headers = {"Origin": stack.url, "X-Local-Address": new_address()}
    with plain_client(base_url=stack.url, headers=headers, timeout=60) as browser:
        assert browser.post("/admin/sign-in", data={"phone": phone}).status_code == 303
        code = code_in(stack.inbox(phone)[0]["text"])
        assert browser.post("/admin/sign-in/code", data={"code": code}).status_code == 303
        value = browser.cookies["staff_session"]
    remember_secret(value)
    return f"staff_session={value}"


def overview(stack: RunningStack, *cookies: str) -> int:
    """Return the status of the first page with these Cookie header lines."""
    lines = [(b"Cookie", line.encode()) for line in cookies]
    return plain_request("GET", f"{stack.url}/admin", headers=lines, timeout=60).status_code


@pytest.mark.parametrize(
    "foreign",
    [
        'g_state={"i_l":0}',
        "a name=1",
        "=nameless",
        "nothing",
        "_ga=GA1.1.1; ;; x",
        f"wide={'x' * 4200}",
        'quoted="a; b',
        "имя=значение",
        "staff_session_old=1",
    ],
)
def test_a_foreign_cookie_before_or_after_ours_changes_nothing(stack: RunningStack, session: str, foreign: str) -> None:
    assert overview(stack, session) == 200
    assert overview(stack, f"{foreign}; {session}") == 200
    assert overview(stack, f"{session}; {foreign}") == 200


def test_cookies_may_come_in_several_header_lines(stack: RunningStack, session: str) -> None:
    assert overview(stack, session, "theme=dark") == 200
    assert overview(stack, "theme=dark", session) == 200


def test_foreign_cookies_alone_sign_nobody_in(stack: RunningStack) -> None:
    assert overview(stack, "staff_session=guessed; x=1") == 303
    assert overview(stack, "xstaff_session=1", 'g_state={"i_l":0}') == 303
