"""Attacks: words and numbers that people read and rules do not."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.moderation import moderation_rule
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, car, new_seller


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    return new_seller(functions, database)


@pytest.mark.parametrize(
    "written",
    [
        "0555/12/34/56",
        "0555 · 123 · 456",
        "0\u200d5\u200d5\u200d5\u200d1\u200d2\u200d3\u200d4\u200d5\u200d6",
        "٠٥٥٥١٢٣٤٥٦",
        "０５５５ １２３ ４５６",
        "0\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e3",
        "0_5_5_5_1_2_3_4_5_6",
        "тел0555123456",
        "О555 123 456",
        "0555 12З 456".replace("З", "3"),
        "+996*555*123*456",
        "𝟎𝟓𝟓𝟓𝟏𝟐𝟑𝟒𝟓𝟔",
        "⓿❺❺❺❶❷❸❹❺❻",
        "🄋➄➄➄➀➁➂➃➄➅",
        "🄌➎⓹➎➊⓶➌⓸➎⓺",
    ],
)
def test_a_phone_in_the_text_is_found_in_any_disguise(written: str, seller: Seller, database: Database) -> None:
    data = seller.post(car(description=f"Звоните {written}")).body["data"]
    assert data["status"] == "pending_review"
    assert rows(database, "select flags from moderation_queue where listing_id = %s", data["id"]) == [
        (["phone_in_text"],)
    ]


@pytest.mark.parametrize(
    "written",
    [
        "Пробег 90 000 км, цена 1 200 000 сом, торг до 1 150 000",
        "Год 2018, объём 2.5, пробег 105000, VIN в порядке",
        "Обмен на 2010-2015 годы с доплатой 300000-400000",
        "Этаж 0/5, площадь 54.5, кухня 9",
        "Отдам даром \U0001fae9 ❤\ufe0f 👩\u200d🔧",
    ],
)
def test_ordinary_figures_are_no_phone(written: str, seller: Seller) -> None:
    answer = seller.post(car(description=written))
    assert answer.body["data"]["status"] == "active"
    assert answer.body["data"]["description"] == written


@pytest.mark.parametrize(
    "written", ["t\u2060.\u2060me/x", "т.ме/x", "t . me/x", "h\u200dttps://x.example", "ｗｗｗ.x.example", "t。me"]
)
def test_a_link_is_found_in_any_disguise(written: str, seller: Seller) -> None:
    assert seller.post(car(description=f"Пишите {written}")).body["data"]["status"] == "pending_review"


@pytest.mark.parametrize(
    "written",
    [
        "аванс",
        "авaнс",
        "АBAHC",
        "ABAHC",
        "а\u200dв\u2060а\u00adнс",
        "а\u0301ванс",
        "\u202eа\u202cванс",
        "ава\ufe0fнс",
        "aвαнс",
        "🅐🅑🅐🅗🅒",
        "🅰🅱🅰🅷🅲",
        "🇦🇧🇦🇭🇨",
    ],
)
@pytest.mark.parametrize("effect", ["flag", "refuse"])
def test_a_word_is_found_in_letters_that_look_like_its_own(
    effect: str, written: str, seller: Seller, database: Database
) -> None:
    with moderation_rule(database, "Аванс", effect, kind="word"):
        answer = seller.post(car(title=f"Нужен {written} срочно"))
    if effect == "refuse":
        assert (answer.status, answer.code) == (422, "listing_refused")
    else:
        assert answer.body["data"]["status"] == "pending_review"


@pytest.mark.parametrize(
    "title", ["\u3164", "\u200d", "\ufe0f\ufe0f", "\u2800\u2800", "\u115f\uffa0", "\u202e\u2066", "\U000e0041"]
)
def test_a_title_of_which_nothing_is_seen_is_refused(title: str, seller: Seller) -> None:
    answer = seller.post(car(title=title))
    assert (answer.status, answer.code) == (422, "validation_failed")


@pytest.mark.parametrize(
    "typed",
    ["0700/12/34/56", "0700*123*456", "٠٧٠٠١٢٣٤٥٦", "0\u200d7\u200d0\u200d0123456", "0700x123x456", "0700_123_456"],
)
def test_a_phone_that_is_searched_for_is_told_to_nobody(
    typed: str, functions: Functions, seller: Seller, database: Database
) -> None:
    functions.set(POPULAR_SEARCH_MIN="1", LISTING_BATCH_SECONDS="0")
    seller.posted(car(title=f"Камри {typed}"))
    before = rows(database, "select count(*) from search_terms")
    for limit in (20, 21):
        anonymous(functions, f"{LISTINGS}/search", query={"q": typed, "limit": str(limit)})
    assert rows(database, "select count(*) from search_terms") == before
