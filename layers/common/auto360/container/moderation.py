"""Wiring of moderation."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.cached import shared_cache
from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.moderation.queue import ModerationQueue


@cache
def moderation_queue() -> ModerationQueue:
    from auto360.domains.moderation.queue import ModerationQueue

    return ModerationQueue(database(), shared_cache())
