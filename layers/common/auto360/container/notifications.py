"""Wiring of notifications: the list in the app, phones, pushes, campaigns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database, provider_http

if TYPE_CHECKING:
    from auto360.domains.notifications.campaigns import Campaigns
    from auto360.domains.notifications.inbox import Inbox
    from auto360.domains.notifications.pushing import PushSender
    from auto360.domains.notifications.receipts import PushReceipts
    from auto360.providers.push import PushProvider
    from auto360.providers.push.expo import ExpoPush


@cache
def expo() -> ExpoPush:
    from auto360.providers.push.expo import ExpoPush, ExpoSettings

    return ExpoPush(ExpoSettings.load(), provider_http())


def push_provider() -> PushProvider:
    return expo()


@cache
def inbox() -> Inbox:
    from auto360.domains.notifications.inbox import Inbox

    return Inbox(database())


@cache
def push_sender() -> PushSender:
    """Build the timer that sends pushes."""
    from auto360.domains.notifications.pace import PushPace
    from auto360.domains.notifications.pushing import PushPolicy, PushSender

    policy = PushPolicy.load()
    return PushSender(database(), push_provider(), policy, PushPace(policy.push_per_second))


@cache
def push_receipts() -> PushReceipts:
    """Build the timer that queries receipts."""
    from auto360.domains.notifications.receipts import PushReceipts

    return PushReceipts(database(), push_provider())


@cache
def campaigns() -> Campaigns:
    from auto360.domains.notifications.campaigns import Campaigns

    return Campaigns(database())
