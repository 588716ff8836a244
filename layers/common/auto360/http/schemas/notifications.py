"""Requests and responses of notifications, preferences and phones."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from auto360.core.text import Line
from auto360.http.envelope import Model, RequestBody

Channel = Literal["push", "in_app", "sms", "email"]
HourAndMinute = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class FromUser(Model):
    """User who caused a notification."""

    id: str
    name: str
    avatar_url: str | None


class AppNotification(Model):
    """Notification in the app's list."""

    id: str
    type: str
    title: str
    message: str
    action_url: str | None
    data: dict[str, Any]
    is_read: bool
    created_at: datetime
    from_user: FromUser | None


class Notifications(Model):
    """Page of notifications, with the number of all unread ones."""

    notifications: list[AppNotification]
    next_cursor: str | None
    unread: int


class Unread(Model):
    """Number of unread notifications."""

    unread: int


class ReadMarks(Model):
    """Numbers of newly read and of unread notifications."""

    read: int
    unread: int


class TypePreferences(Model):
    """Type of notification, with the channels that may be switched and their state."""

    type: str
    area: str
    channels: dict[Channel, bool]


class Preferences(Model):
    """All preferences. Quiet hours are local times of `time_zone`; both null: none."""

    is_enabled: bool
    quiet_from: str | None
    quiet_to: str | None
    time_zone: str
    shows_text: bool
    types: list[TypePreferences]


class Switch(RequestBody):
    """Switch of one type and channel."""

    type: str = Field(pattern=r"^[a-z_]{1,50}$")
    channel: Channel
    is_on: bool


class PreferenceChanges(RequestBody):
    """Preferences to change; omitted ones stay. Quiet hours come together, both null for none."""

    is_enabled: bool | None = None
    quiet_from: HourAndMinute | None = None
    quiet_to: HourAndMinute | None = None
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+\-/]{1,64}$")] | None = None
    shows_text: bool | None = None
    types: Annotated[list[Switch], Field(default_factory=list, max_length=200)]

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        names = {"quiet_from", "quiet_to"} & self.model_fields_set
        if len(names) == 1 or (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("quiet_from and quiet_to belong together")
        return self

    def changes(self) -> dict[str, Any]:
        """Return the named preferences."""
        return self.model_dump(exclude_unset=True)


class NewDevice(RequestBody):
    """Phone with its push token. `channels`: Android channels that this build has created.

    `native_token` is the token of FCM or APNs, so that the provider can change without a new app.
    """

    token: SecretStr = Field(min_length=20, max_length=140, strict=False)
    native_token: SecretStr | None = Field(None, max_length=4096, strict=False)
    platform: Literal["android", "ios"] | None = None
    project: Annotated[Line, Field(max_length=200)] | None = None
    app_build: int | None = Field(None, ge=0, le=2_147_483_647)
    channels: list[Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]] = Field(default_factory=list, max_length=30)

    def device(self) -> dict[str, Any]:
        """Return the phone with its secrets in plain form."""
        plain = {"token": self.token.get_secret_value()}
        if self.native_token is not None:
            plain["native_token"] = self.native_token.get_secret_value()
        return self.model_dump(exclude={"token", "native_token"}, exclude_none=True) | plain


class Registered(Model):
    """Registered phone."""

    id: str
