"""The port to channels: how a message about an alert reaches a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class AlertMessage:
    """One message to one recipient. `id` stays the same however often it is tried: channels recognise a repetition.

    `short` is for a phone's display, `subject` and `text` for mail, `fields` for programs.
    """

    id: str
    recipient: str
    short: str
    subject: str
    text: str
    fields: Mapping[str, Any]


class ChannelFailure(Exception):
    """The message was not certainly taken. The reason is a short code for operators, never the channel's text.

    `is_down`: the channel as a whole, so that nobody else need be tried by it now.
    """

    def __init__(self, reason: str, *, is_down: bool) -> None:
        super().__init__(reason)
        self.is_down = is_down


class AlertChannel(Protocol):
    """One way to reach people."""

    def send(self, message: AlertMessage) -> None:
        """Hand the message over. Raises ChannelFailure."""
