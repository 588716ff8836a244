"""Simulated phones name a system only where their token does."""

from __future__ import annotations

import pytest

from local.simulators.lock_screens import LockScreens


@pytest.mark.parametrize(
    ("token", "system"),
    [
        ("ExponentPushToken[aaaaaaaaaaaaaaaaaaaaaa]", ""),
        ("ExponentPushToken[kAdios3xAndroidxxxxxxx]", ""),
        ("ExponentPushToken[ru-0123456789-android]", "Android"),
        ("ExponentPushToken[ios-0123456789abcdef-1]", "iOS"),
    ],
)
def test_the_system_of_a_phone_is_not_guessed(token: str, system: str) -> None:
    screens = LockScreens()
    for _ in range(2):
        screens.show({"to": token, "title": "Азамат", "tag": "chat:1", "collapseId": "chat:1"})
    assert [(shown["system"], shown["times"]) for shown in screens.shown()] == [(system, 2)]
