"""Small parts of the runtime: settings, sentences, logs, headers, jobs."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from auto360.core.errors import SettingsInvalid
from auto360.core.messages import ERRORS, FIELDS, TEXTS, language_of, sentence
from auto360.core.settings import AppSettings, EnvSettings
from auto360.http import headers
from auto360.http.requests import request_of
from auto360.jobs.entry import job
from auto360.observability.logging import CloudFormatter, scrub

ORIGINS = frozenset({"https://360auto.kg"})


class Sample(EnvSettings):
    api_key: SecretStr
    max_items: int = 3


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(SettingsInvalid, match="API_KEY"):
        Sample.load({})
    with pytest.raises(SettingsInvalid, match="API_KEY"):
        Sample.load({"API_KEY": ""})


def test_a_wrong_variable_is_named_and_its_value_is_not_shown() -> None:
    with pytest.raises(SettingsInvalid, match="MAX_ITEMS") as error:
        Sample.load({"API_KEY": "k", "MAX_ITEMS": "topsecret"})
    assert "topsecret" not in str(error.value)


def test_settings_cannot_be_changed_and_hide_their_secrets() -> None:
    settings = Sample.load({"API_KEY": "topsecret", "MAX_ITEMS": "5"})
    assert settings.max_items == 5
    assert "topsecret" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.max_items = 4  # type: ignore[misc]


def test_every_sentence_is_told_in_three_languages() -> None:
    for table in (ERRORS, FIELDS, TEXTS):
        for sentences in table.values():
            assert len(set(sentences)) == 3
            assert all(sentences)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ru"),
        ("", "ru"),
        ("de-DE", "ru"),
        ("en;q=0,ru", "ru"),
        ("en;q=0", "ru"),
        ("ru;q=0.3, ky;q=0.8, en;q=0.5", "ky"),
        ("en;q=0.9, ky;q=0.9", "en"),
        ("en-US,en;q=0.9", "en"),
        ("ky-KG", "ky"),
        ("de, KY;q=0.5", "ky"),
        (";;;,", "ru"),
        ("ky;q=0.2, en;q=0.7, ru;q=0.1", "en"),
        ("de, ky ; Q=0.8 , en;q=0.8", "ky"),
        ("en;q=much, ky;q=0.1", "ky"),
        ("en;q=nan, ky;q=0.001", "ky"),
        ("en;level=1", "en"),
    ],
)
def test_the_language_follows_the_header(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_the_existing_app_is_told_in_russian() -> None:
    assert sentence(ERRORS, "otp_invalid", language_of(None)).startswith("Неверный")


def test_log_lines_are_json_with_yandex_levels_and_no_secrets() -> None:
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    record = logging.LogRecord("x", logging.WARNING, "f", 1, f"call +996555123456\nwith {token}", (), None)
    line = CloudFormatter(use_rfc3339=True, utc=True).format(record)
    entry = json.loads(line)
    assert entry["level"] == "WARN"
    assert "\n" not in line
    assert "555123456" not in line
    assert token not in line
    assert scrub(f"Authorization: Bearer {'x' * 43}") == "Authorization: [token]"


def event_from(origin: str | None, method: str = "GET") -> dict[str, Any]:
    return {"httpMethod": method, "headers": {"Origin": origin} if origin else {}, "requestContext": {}}


def completed(event: Mapping[str, Any], origins: frozenset[str] = ORIGINS) -> dict[str, list[str]]:
    answer: dict[str, Any] = {"statusCode": 200, "multiValueHeaders": {"cache-control": ["public, max-age=60"]}}
    headers.complete(answer, event, request_of(event), origins)
    sent: dict[str, list[str]] = answer["multiValueHeaders"]
    return sent


def test_every_answer_carries_the_security_headers_and_its_request_id() -> None:
    sent = completed(event_from(None))
    assert sent["Strict-Transport-Security"][0].startswith("max-age=31536000")
    assert sent["X-Content-Type-Options"] == ["nosniff"]
    assert sent["X-Request-ID"] == sent["X-Correlation-ID"] != [""]
    assert "Cache-Control" not in sent, "what a route says about caching stays"


@pytest.mark.parametrize(
    "origin",
    ["https://360auto.kg.evil.example", "http://360auto.kg", "https://360auto.kg:8443", "null", "HTTPS://360AUTO.KG"],
)
def test_an_origin_is_compared_to_the_letter(origin: str) -> None:
    assert "Access-Control-Allow-Origin" in completed(event_from("https://360auto.kg"))
    assert "Access-Control-Allow-Origin" not in completed(event_from(origin))


def test_a_preflight_is_answered_for_our_origin_only() -> None:
    assert headers.preflight(event_from("https://360auto.kg"), ORIGINS) is None
    ours = headers.preflight(event_from("https://360auto.kg", "OPTIONS"), ORIGINS)
    theirs = headers.preflight(event_from("https://evil.example", "OPTIONS"), ORIGINS)
    assert ours is not None
    assert theirs is not None
    assert "Access-Control-Allow-Methods" in ours["multiValueHeaders"]
    assert "Access-Control-Allow-Methods" not in theirs["multiValueHeaders"]


def test_origins_are_a_list_in_one_variable() -> None:
    settings = AppSettings.load({"ALLOWED_ORIGINS": "https://a.kg, https://b.kg,"})
    assert settings.origins == {"https://a.kg", "https://b.kg"}


def test_a_job_returns_its_counters_and_lets_failures_out() -> None:
    assert job(lambda event: {"swept": 3})({}, None) == {"swept": 3}

    def broken(event: Mapping[str, Any]) -> dict[str, int]:
        raise LookupError

    with pytest.raises(LookupError):
        job(broken)({}, None)
