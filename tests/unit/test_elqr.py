"""Bank's QR code is shown only when it asks for exactly what is due."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.providers.payments import AnswerUnsafe
from auto360.providers.payments.elqr import NotElqr, checksum, parse, require_payable
from auto360.providers.payments.links import BankLinks
from auto360.providers.payments.qr_codes import qr_png, qr_svg


def code(
    amount: str | None = "10000",
    *,
    kind: str = "12",
    editable: str = "12",
    currency: str = "417",
    payee: str = "360AUTO",
) -> str:
    """Return an ELQR text with the right check sum."""
    provider = tag("00", "c2b.demo.kg") + tag("11", "pay7f3a") + tag("12", editable)
    text = tag("00", "01") + tag("01", kind) + tag("32", provider) + tag("53", currency)
    text += (tag("54", amount) if amount is not None else "") + tag("59", payee)
    return f"{text}6304{checksum(text)}"


def tag(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"


def test_lengths_count_characters_so_that_cyrillic_payees_are_read() -> None:
    assert parse(code(payee="Авто 360")).payee == "Авто 360"


def test_the_text_is_found_behind_the_hash_of_a_link() -> None:
    text = code(payee="Авто 360")
    for link in (f"https://app.mbank.kg/qr/#{text}", f"https://app.mbank.kg/qr/#{quote(text)}", text):
        assert require_payable(link, amount_tyiyn=10000) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (code("100"), "qr_amount"),
        (code("100.00"), "qr_unreadable"),
        (code(None), "qr_amount"),
        (code(kind="11"), "qr_static"),
        (code(editable="11"), "qr_editable"),
        (code(currency="840"), "qr_currency"),
        (code()[:-4] + "0000", "qr_unreadable"),
        ("", "qr_unreadable"),
        ("https://app.mbank.kg/qr/", "qr_unreadable"),
    ],
)
def test_another_code_is_not_shown(text: str, problem: str) -> None:
    with pytest.raises(AnswerUnsafe) as refusal:
        require_payable(text, amount_tyiyn=10000)
    assert refusal.value.bank_code == problem


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    for candidate in (text, f"{text}6304{checksum(text)}"):
        try:
            parse(candidate)
        except NotElqr:
            continue


def test_each_app_gets_a_link_with_the_whole_code_in_it() -> None:
    links = BankLinks((), [("mbank", "MBank", "https://app.mbank.kg/qr/#"), ("any", "ELQR", "https://pay.payqr.kg/#")])
    text = code(payee="Авто 360")
    found = links.deep_links(text)
    assert [link.code for link in found] == ["mbank", "any"]
    for link in found:
        assert link.url.isascii()
        assert " " not in link.url
        assert require_payable(link.url, amount_tyiyn=10000) == text


@pytest.mark.parametrize(
    "url",
    [
        "http://app.mbank.kg/qr/#1",
        "https://app.mbank.kg.evil.example/qr",
        "https://evil.example/app.mbank.kg",
        "https://app.mbank.kg@evil.example/",
        "https://app.mbank.kg:8443/",
        "https://app.mbank.kg/ qr",
        "https://[app.mbank.kg/",
        "javascript:alert(1)",
        "//app.mbank.kg/qr",
        "https://app.mbank.kg/" + "a" * 3000,
        "",
    ],
)
def test_an_address_elsewhere_never_reaches_the_payer(url: str) -> None:
    links = BankLinks(["app.mbank.kg"], ())
    assert links.allowed("https://APP.mbank.kg/qr/#0002") == "https://APP.mbank.kg/qr/#0002"
    with pytest.raises(AnswerUnsafe):
        links.allowed(url)


def test_pictures_are_an_svg_that_scales_and_a_png() -> None:
    picture = qr_svg(code())
    assert picture.startswith("<svg ")
    assert 'viewBox="0 0 ' in picture
    assert "width=" not in picture
    assert qr_png(code()).startswith(b"\x89PNG\r\n")
