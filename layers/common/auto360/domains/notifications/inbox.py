"""List of notifications in the app, preferences, and phones that receive pushes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_place
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.notification_inbox import (
    notifications_mark_read,
    notifications_page,
    notifications_unread,
)
from auto360.providers.database.functions.notification_settings import (
    notification_preferences_read,
    notification_preferences_write,
)
from auto360.providers.database.functions.push_devices import device_register, device_remove


@dataclass(frozen=True)
class Inbox:
    """Notifications, preferences and phones of the caller."""

    database: Database

    def page(self, principal: Principal, *, cursor: str | None, limit: int) -> tuple[Page, int]:
        """Return a page of notifications, newest first, and the number of unread ones."""
        place = decode_place(cursor, order="notifications")
        answer = notifications_page(
            self.database,
            user_id=principal.user_id,
            before=place.before,
            before_id=place.before_id,
            limit=limit + 1,
        )
        page = Page.cut(answer["notifications"], limit=limit, order="notifications", time="created_at")
        return page, answer["unread"]

    def unread(self, principal: Principal) -> int:
        """Return the number of unread notifications."""
        return int(notifications_unread(self.database, user_id=principal.user_id))

    def mark_read(self, principal: Principal, ids: Sequence[str] | None) -> Row:
        """Mark notifications as read, all of them for None: {read, unread}. Idempotent."""
        answer: Row = notifications_mark_read(
            self.database, user_id=principal.user_id, ids=None if ids is None else list(ids)
        )
        return answer

    def preferences(self, principal: Principal) -> Row:
        """Return the master switch, quiet hours, and a switch for each type and channel."""
        answer: Row = notification_preferences_read(self.database, user_id=principal.user_id)
        return answer

    def change_preferences(self, principal: Principal, changes: Mapping[str, Any]) -> Row:
        """Change the named preferences and return all. Raises ValidationFailed for an unknown zone or switch."""
        return accepted(notification_preferences_write(self.database, user_id=principal.user_id, changes=changes))

    def register(self, principal: Principal, device: Mapping[str, Any]) -> str:
        """Register the phone of the caller's session, taking it from its former user; returns its id. Idempotent."""
        answer = device_register(
            self.database, user_id=principal.user_id, session_id=principal.session_id, device=device
        )
        return str(accepted(answer)["id"])

    def unregister(self, principal: Principal) -> int:
        """Remove the phone of the caller's session; returns the number of removed ones. Idempotent."""
        return int(device_remove(self.database, user_id=principal.user_id, session_id=principal.session_id) or 0)
