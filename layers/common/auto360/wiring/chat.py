"""Conversations, blocks and reports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.wiring.data import database

if TYPE_CHECKING:
    from auto360.chat.blocks import Blocks
    from auto360.chat.conversations import Conversations


@cache
def conversations() -> Conversations:
    """Conversations and their messages."""
    from auto360.chat.conversations import ChatPolicy, Conversations
    from auto360.wiring.storage import image_links

    return Conversations(database(), ChatPolicy.load(), image_links())


@cache
def blocks() -> Blocks:
    """Blocks and reports."""
    from auto360.chat.blocks import Blocks

    return Blocks(database())
