"""Lockbox of Yandex Cloud: one secret with an entry for each variable of a function, read in one call."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from pydantic import Field, HttpUrl

from auto360.core.settings import EnvSettings
from auto360.providers.secret_store import SecretStoreFailure
from auto360.providers.transport.line import LineFailed, Reply
from auto360.providers.transport.lines import Lines

_TIMEOUT_SECONDS = 3.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")


class LockboxSettings(EnvSettings):
    """Secret and version to read. The deployer sets both where a function's secrets do not fit into its environment."""

    lockbox_url: HttpUrl = HttpUrl("https://payload.lockbox.api.cloud.yandex.net")
    lockbox_secret_id: str = Field("", max_length=50)
    lockbox_version_id: str = Field("", max_length=50)


class Lockbox:
    """`SecretStore` port at Yandex Lockbox. `access_token` returns the token granted to the current invocation."""

    def __init__(self, settings: LockboxSettings, lines: Lines, *, access_token: Callable[[], str | None]) -> None:
        self._settings, self._lines, self._access_token = settings, lines, access_token

    def secrets(self) -> Mapping[str, str]:
        """Read the version of the secret. Raises SecretStoreFailure."""
        settings = self._settings
        secret = f"{str(settings.lockbox_url).rstrip('/')}/lockbox/v1/secrets/{settings.lockbox_secret_id}"
        url = f"{secret}/payload?{urlencode({'versionId': settings.lockbox_version_id})}"
        try:
            reply = self._lines.send("GET", url, {"Authorization": f"Bearer {self._proof()}"}, seconds=_TIMEOUT_SECONDS)
        except (LineFailed, ValueError) as error:
            raise SecretStoreFailure("no_reply") from error
        if reply.status != 200:
            raise SecretStoreFailure(f"http_{reply.status}")
        return _entries(reply)

    def _proof(self) -> str:
        granted = self._access_token() or ""
        if not _TOKEN.fullmatch(granted):
            raise SecretStoreFailure("no_token")
        return granted


def _entries(reply: Reply) -> dict[str, str]:
    try:
        entries = {entry["key"]: entry["textValue"] for entry in reply.json()["entries"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SecretStoreFailure("unreadable") from error
    if not entries or not all(isinstance(value, str) for value in entries.values()):
        raise SecretStoreFailure("unreadable")
    return entries
