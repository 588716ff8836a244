"""Authentication at Yandex Monitoring: an API key, or the token of the function's service account."""

import re
import time
from collections.abc import Callable

import httpx

from auto360.providers.metrics import SourceFailure
from auto360.providers.transport import at_most

METADATA_URL = "http://169.254.169.254"
_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
_MIN_LEFT_SECONDS = 60
_LONGEST_SECONDS = 10 * 86_400
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")
_TIMEOUT_SECONDS = 2.0
_MAX_REPLY_BYTES = 64 * 1024


class ServiceAccountToken:
    """Token from the metadata service of a running function; cached until shortly before its expiry."""

    def __init__(
        self, http: httpx.Client, *, url: str = METADATA_URL, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._http, self._url, self._now = http, url, now
        self._token, self._good_until = "", 0.0

    def __call__(self) -> str:
        """Return `Bearer …`. Raises SourceFailure."""
        if self._now() >= self._good_until:
            self._fetch()
        return f"Bearer {self._token}"

    def _fetch(self) -> None:
        try:
            headers, terms = {"Metadata-Flavor": "Google"}, at_most(_MAX_REPLY_BYTES)
            reply = self._http.get(self._url + _PATH, headers=headers, timeout=_TIMEOUT_SECONDS, extensions=terms)
            granted = reply.raise_for_status().json()
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise SourceFailure("no_token") from error
        found = granted if isinstance(granted, dict) else {}
        token, lasts = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise SourceFailure("no_token")
        if isinstance(lasts, bool) or not isinstance(lasts, int | float) or not 0 <= lasts <= _LONGEST_SECONDS:
            raise SourceFailure("no_token")
        self._token, self._good_until = token, self._now() + lasts - _MIN_LEFT_SECONDS
