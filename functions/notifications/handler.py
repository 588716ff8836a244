"""/api/notifications… and /api/devices: notifications, preferences, phones for pushes."""

from typing import Annotated
from uuid import UUID

from auto360.container import notifications
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Query
from auto360.http.schemas.common import Empty
from auto360.http.schemas.notifications import (
    NewDevice,
    Notifications,
    PreferenceChanges,
    Preferences,
    ReadMarks,
    Registered,
    Unread,
)

app = make_app()
LIMITS = [limited("default")]


@app.get("/api/notifications", middlewares=LIMITS)
def listed(
    user: SignedIn,
    *,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Envelope[Notifications]:
    """List the caller's notifications, newest first."""
    page, unread = notifications.inbox().page(user, cursor=cursor, limit=limit)
    found = {"notifications": page.rows, "next_cursor": page.next_cursor, "unread": unread}
    return Envelope(data=Notifications.model_validate(found))


@app.get("/api/notifications/unread", middlewares=LIMITS)
def unread(user: SignedIn) -> Envelope[Unread]:
    """Count unread notifications."""
    return Envelope(data=Unread(unread=notifications.inbox().unread(user)))


@app.post("/api/notifications/read", middlewares=LIMITS)
def read_all(user: SignedIn) -> Envelope[ReadMarks]:
    """Mark all notifications as read."""
    return Envelope(data=ReadMarks.model_validate(notifications.inbox().mark_read(user, None)))


@app.post("/api/notifications/<notification_id>/read", middlewares=LIMITS)
def read(notification_id: Annotated[UUID, Path()], user: SignedIn) -> Envelope[ReadMarks]:
    """Mark a notification as read."""
    return Envelope(data=ReadMarks.model_validate(notifications.inbox().mark_read(user, [str(notification_id)])))


@app.get("/api/notifications/preferences", middlewares=LIMITS)
def preferences(user: SignedIn) -> Envelope[Preferences]:
    """Get the master switch, quiet hours, and a switch for each type and channel."""
    return Envelope(data=Preferences.model_validate(notifications.inbox().preferences(user)))


@app.put("/api/notifications/preferences", middlewares=LIMITS)
def change_preferences(body: PreferenceChanges, user: SignedIn) -> Envelope[Preferences]:
    """Change the named preferences."""
    changed = notifications.inbox().change_preferences(user, body.changes())
    return Envelope(data=Preferences.model_validate(changed))


@app.post("/api/devices", middlewares=LIMITS)
def register(body: NewDevice, user: SignedIn) -> Envelope[Registered]:
    """Register this phone for pushes, at each start of the app."""
    return Envelope(data=Registered(id=notifications.inbox().register(user, body.device())))


@app.delete("/api/devices/current", middlewares=LIMITS)
def unregister(user: SignedIn) -> Envelope[Empty]:
    """Remove this phone: no more pushes."""
    notifications.inbox().unregister(user)
    return Envelope(data=Empty())


handler = entrypoint(app)
