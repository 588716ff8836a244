"""Codes: derived from a nonce, useless without the secret, and one SMS segment long."""

import base64
import itertools
from collections import Counter
from uuid import UUID, uuid4

import pytest

from auto360.core.errors import SettingsInvalid
from auto360.core.keyed_secrets import stored_digest
from auto360.core.messages import LANGUAGES, Language
from auto360.domains.accounts.code_policy import CodePolicy, network_of
from auto360.domains.accounts.code_secrets import CodeSecrets, CodeSecretSettings
from auto360.domains.accounts.code_text import AutofillSettings, Platform, code_text
from auto360.providers.sms.segments import segments_of

PHONE = "+996555123456"
AUTOFILL = AutofillSettings(app_domain="360auto.kg", android_app_hash="FA+9qCX9VSu")


def secrets_of(*ids: str) -> CodeSecrets:
    return CodeSecrets({key_id: f"{key_id:*<32}".encode() for key_id in ids})


def entry(key_id: str, size: int = 32) -> str:
    return f"{key_id}:{base64.urlsafe_b64encode(bytes(range(size))).decode().rstrip('=')}"


def test_the_same_nonce_gives_the_same_code() -> None:
    one, again = (secrets_of("k1").code("k1", phone=PHONE, nonce="n", length=6) for _ in range(2))
    assert one == again


def test_another_nonce_phone_or_secret_gives_another_code() -> None:
    secrets = secrets_of("k1", "k2")
    codes = {
        secrets.code(key_id, phone=phone, nonce=nonce, length=8)
        for key_id, phone, nonce in itertools.product(("k1", "k2"), (PHONE, "+996555123457"), ("a", "b"))
    }
    assert len(codes) == 8


@pytest.mark.parametrize("length", [4, 5, 6, 7, 8])
def test_a_code_keeps_its_leading_zeros(length: int) -> None:
    secrets = secrets_of("k1")
    codes = [secrets.code("k1", phone=PHONE, nonce=str(number), length=length) for number in range(400)]
    assert {len(code) for code in codes} == {length}
    assert any(code.startswith("0") for code in codes)


def test_codes_are_spread_evenly() -> None:
    secrets = secrets_of("k1")
    first_digits = Counter(secrets.code("k1", phone=PHONE, nonce=str(n), length=6)[0] for n in range(5000))
    assert min(first_digits.values()) > 400


def test_equal_codes_are_stored_differently() -> None:
    digest = secrets_of("k1").check_digest("k1", phone=PHONE, code="482913")
    assert stored_digest(uuid4(), digest) != stored_digest(uuid4(), digest)
    assert stored_digest(UUID(int=1), digest) == stored_digest(UUID(int=1), digest)


def test_the_first_secret_is_current_and_all_are_known() -> None:
    secrets = CodeSecrets.parse(f"{entry('k2')}, {entry('k1')}")
    assert secrets.ids == ["k2", "k1"]


@pytest.mark.parametrize(
    "text", ["", "k1", "k1:", "k1:!!!", entry("k1", 31), f"{entry('a')},{entry('a')}", entry("a|b")]
)
def test_weak_or_unclear_secrets_stop_the_start(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="OTP_SECRETS") as error:
        CodeSecretSettings.load({"OTP_SECRETS": text})
    assert text == "" or text not in str(error.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("platform", ["android", "ios", "web", None])
@pytest.mark.parametrize("length", range(4, 9))
@pytest.mark.parametrize("domain", ["360auto.kg", "a-rather-long-domain-name.360auto.kg", ""])
def test_the_text_is_one_segment_and_ends_as_the_platform_wants(
    language: Language, platform: Platform | None, length: int, domain: str
) -> None:
    autofill = AutofillSettings(app_domain=domain, android_app_hash="FA+9qCX9VSu")
    code = "0123456789"[:length]
    text = code_text(code, language=language, platform=platform, autofill=autofill)
    assert segments_of(text) == 1
    assert len(text.encode()) <= 140
    assert code in text.splitlines()[0]
    last = text.splitlines()[-1]
    if platform == "android":
        assert last == "FA+9qCX9VSu"
    elif platform is not None and domain:
        assert last == f"@{domain} #{code}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_operators_do(text: str, parts: int) -> None:
    assert segments_of(text) == parts


def test_test_numbers_are_refused_in_production() -> None:
    numbers = {"OTP_TEST_NUMBERS": "0700 000 001:123456"}
    assert CodePolicy.load({"APP_ENV": "staging", **numbers}).test_codes == {"+996700000001": "123456"}
    with pytest.raises(SettingsInvalid, match="OTP_TEST_NUMBERS"):
        CodePolicy.load({"APP_ENV": "production", **numbers})
    with pytest.raises(SettingsInvalid, match="OTP_TEST_NUMBERS"):
        CodePolicy.load(numbers)


def test_places_are_told_apart_by_24_and_56_bits() -> None:
    assert network_of("198.51.100.77") == "198.51.100.0/24"
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1::/56"


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("198.51.100.77", ["address:198.51.100.77", "network:198.51.100.0/24", "network:198.51.0.0/16"]),
        (
            "2001:db8:1:2:3:4:5:6",
            ["network:2001:db8:1:2::/64", "network:2001:db8:1::/56", "network:2001:db8:1::/48"],
        ),
    ],
)
def test_limits_are_locked_in_one_order_for_everybody(address: str, networks: list[str]) -> None:
    limits = CodePolicy().limits(PHONE, address)
    scopes = [limit["key"].split(":")[0] for limit in limits]
    assert scopes == ["phone"] * 3 + ["own"] * 2 + ["strangers"] * 2 + ["pair"] + [
        key.split(":")[0] for key in networks
    ] + ["block"]
    assert [limit["key"] for limit in limits][8:-1] == networks


def test_what_is_kept_of_the_budget_grows_with_how_well_the_caller_is_known() -> None:
    budget = CodePolicy(otp_daily_budget_tyiyn=1000).budget()
    assert budget == {
        "new": {"day": 700, "hour": 100},
        "elsewhere": {"day": 870, "hour": 100},
        "own": {"day": 970},
        "staff": {"day": 1000},
    }
