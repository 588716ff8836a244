"""Alert rules fire on their cause and clear without it; each message comes once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.alert_causes import CAUSES, settle_payments
from tests.support.alert_scene import Scene
from tests.support.database import Database
from tests.support.operations import Operations
from tests.support.rows import rows


@pytest.fixture
def scene(operations: Operations) -> Iterator[Scene]:
    """Yield nothing is wrong."""
    settle_payments(Scene(operations))
    scene = Scene(operations)
    yield scene
    scene.lasting.close()


def test_every_rule_has_a_cause_in_this_file(database: Database) -> None:
    assert {code for (code,) in rows(database, "select code from alert_rules where metric <> 'scene_figure'")} == {
        *CAUSES,
        "channel_down_warning",
    }


@pytest.mark.parametrize("rule", CAUSES)
def test_a_rule_fires_and_clears_and_each_message_comes_once(scene: Scene, rule: str) -> None:
    world = scene.world
    world.only(rule)
    cause, remedy = CAUSES[rule]
    [(channels, lasts, calm)] = rows(
        world.database, "select channels, for_seconds, clear_seconds from alert_rules where code = %s", rule
    )
    world.run()
    assert world.news() == {"sms": [], "email": [], "webhook": []}

    cause(scene)
    world.run()
    if lasts:
        assert ours(world, rule) == {channel: [] for channel in channels}
        world.let_time_pass(lasts)
        world.run()
    opened = ours(world, rule)
    assert {channel: len(messages) for channel, messages in opened.items()} == dict.fromkeys(channels, 1), opened
    assert rows(world.database, "select state from alerts") == [("open",)]
    for _ in range(2):
        world.run()
    assert ours(world, rule) == {channel: [] for channel in channels}

    remedy(scene)
    world.run()
    if calm:
        assert ours(world, rule) == {channel: [] for channel in channels}
        world.let_time_pass(calm)
        world.run()
    closed = ours(world, rule)
    assert {channel: len(messages) for channel, messages in closed.items()} == dict.fromkeys(channels, 1), closed
    assert rows(world.database, "select state from alerts") == [("closed",)]
    world.let_time_pass(100_000)
    world.run()
    assert ours(world, rule) == {channel: [] for channel in channels}


def ours(world: Operations, rule: str) -> dict[str, list[str]]:
    """Return the news about one rule, in the channels of that rule; no other channel may have any."""
    [(title, channels)] = rows(world.database, "select title_ru, channels from alert_rules where code = %s", rule)
    news = world.news()
    assert all(not news[channel] for channel in news if channel not in channels), news
    assert all(title in text for channel in ("sms", "email") for text in news[channel])
    return {channel: news[channel] for channel in channels}


def test_a_dead_channel_is_told_through_another_and_loses_nothing(scene: Scene) -> None:
    world = scene.world
    world.execute("update alert_rules set is_active = code in ('channel_down_warning', 'backup_failed_warning')")
    world.mail.switch.turn({"mode": "http_500"})
    scene.backup("storage", "failed", 1)
    assert (world.run()["sent"], world.run()["sent"]) == (0, 0)
    world.let_time_pass(900)
    world.run()
    assert world.news() == {"sms": [], "email": [], "webhook": ["opened"]}

    scene.backup("storage", "verified", 0)
    world.let_time_pass(3600)
    world.run()
    world.mail.switch.turn({"mode": "ok"})
    for _ in range(4):
        world.let_time_pass(3600)
        world.run()
    news = world.news()
    by_mail = [(subject.split()[0], "порог" in subject) for subject in news["email"] if "копирования" in subject]
    assert by_mail == [("[warning]", True), ("[warning]", False)]
    assert [("порог" in subject) for subject in news["email"] if "Оповещения" in subject] == [True, False]
    assert (news["sms"], news["webhook"]) == ([], ["repeated", "closed"])
