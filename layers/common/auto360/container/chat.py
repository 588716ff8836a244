"""Wiring of conversations, blocks and user reports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.chat.blocks import Blocks
    from auto360.domains.chat.conversations import Conversations


@cache
def conversations() -> Conversations:
    from auto360.container.storage import image_links
    from auto360.domains.chat.conversations import ChatPolicy, Conversations

    return Conversations(database(), ChatPolicy.load(), image_links())


@cache
def blocks() -> Blocks:
    from auto360.domains.chat.blocks import Blocks

    return Blocks(database())
