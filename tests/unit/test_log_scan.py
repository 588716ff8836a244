"""Scan of the run's logs finds what is planted, and nothing in what is harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.logs import kinds_in, scan

CODES = {"482913", "4829"}
TOKENS = {"Zq3v9XkP0aLmN7rT2wYb5cDf8gHj1sKe"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('{"message": "sent", "phone": "+996555123456"}', "phone number"),
        ("sent to 996555123456 now", "phone number"),
        ("sent to +996 (555) 12-34-56", "phone number"),
        ("sent to 00996 555 123456", "phone number"),
        ("GET /users?phone=eq.%2B996555123456", "phone number"),
        ("отправлено на +٩٩٦٥٥٥١٢٣٤٥٦", "phone number"),
        ("sent to driver@0123456789ab.example.com", "e-mail address"),
        ("GET /accounts?email=eq.driver%400123456789ab.example.com", "e-mail address"),
        ("POST /api/email/confirm/Zq3v9XkP0aLmN7rT2wYb5cDf8gHj1sKeAAAAAAAAAAA 200", "link of a mail"),
        ("Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJlLXBhcnQ", "access token"),
        ('{"refreshToken": "0123456789abcdefXYZ"}', "refresh token"),
        ("body={'refresh_token': '0123456789abcdefXYZ'}", "refresh token"),
        ("rotated Zq3v9XkP0aLmN7rT2wYb5cDf8gHj1sKe", "issued token"),
        ('{"message": "360Auto: kod 482913"}', "login code"),
        ('{"code":"482913"}', "login code"),
        ('{"code": 482913}', "login code"),
        ('{"code":"4829"}', "login code"),
        ("360Auto: код 4829", "login code"),
    ],
)
def test_a_planted_secret_is_found(line: str, kind: str) -> None:
    assert kind in kinds_in(line, CODES, TOKENS)


@pytest.mark.parametrize(
    "line",
    [
        '{"message": "sms taken", "phone": "+996***56", "parts": 1}',
        "2026-01-05 12:00:00.482913 UTC postmaster LOG:  listening on port 4829",
        '{"request_id": "7b482913-1631-4e10-9b28-eabf7cb3a6d9", "duration_ms": 482913.5}',
        '{"request_id": "99640735-6540-4dcf-be3b-374ba02c7103"}',
        '{"refresh_token": "***"}',
        "996 rows in 12 tables",
        '{"code": "otp_too_soon"}',
        '{"resource": "/api/email/confirm/{token}", "sender": "noreply@example.com"}',
    ],
)
def test_a_harmless_line_passes(line: str) -> None:
    assert kinds_in(line, CODES, TOKENS) == set()


def test_the_place_of_a_leak_is_told_without_repeating_it(tmp_path: Path) -> None:
    folder = tmp_path / "part"
    folder.mkdir()
    (folder / "functions.log").write_text("fine\nto +996555123456\n", encoding="utf-8")
    (leak,) = scan(tmp_path, set(), set())
    assert str(leak) == "functions.log:2: phone number"
