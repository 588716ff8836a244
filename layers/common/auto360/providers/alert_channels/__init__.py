"""Port to alert channels: deliver a message about an alert to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class AlertMessage:
    """Message to one recipient. `id` is stable over retries, so that channels recognise repetitions.

    `short` is for a phone's display, `subject` and `text` for mail, `fields` for programs.
    """

    id: str
    recipient: str
    short: str
    subject: str
    text: str
    fields: Mapping[str, Any]


class ChannelFailure(Exception):
    """Message not certainly accepted. The reason is a short code for staff, never the channel's text.

    `is_down`: the whole channel failed, so that other recipients need not be tried now.
    """

    def __init__(self, reason: str, *, is_down: bool) -> None:
        super().__init__(reason)
        self.is_down = is_down


class AlertChannel(Protocol):
    """Channel to people."""

    def send(self, message: AlertMessage) -> None:
        """Send the message. Raises ChannelFailure."""
