"""One HTTP exchange with an SMS supplier: bounded in time and size, its failures told apart by what they mean."""

import time
from collections.abc import Mapping

import httpx

from auto360.sms import SmsRefused, SmsUncertain, SmsUnreachable

_MOST_REPLY_BYTES = 64 * 1024


def exchange(
    http: httpx.Client,
    url: str,
    *,
    timeout: float,
    content: bytes | None = None,
    form: Mapping[str, str] | None = None,
    content_type: str | None = None,
) -> bytes:
    """POST and return the body of a 200 answer.

    Raises SmsUnreachable when the request cannot have been processed or the supplier broke (5xx), SmsRefused for
    other statuses, and SmsUncertain when the answer is late, cut off or endless: then it may have been processed.
    """
    deadline = time.monotonic() + timeout
    headers = {"Content-Type": content_type} if content_type else {}
    body = bytearray()
    try:
        with http.stream("POST", url, timeout=timeout, content=content, data=form, headers=headers) as response:
            if response.status_code >= 500:
                raise SmsUnreachable(f"http_{response.status_code}")
            if response.status_code != httpx.codes.OK:
                raise SmsRefused(f"http_{response.status_code}")
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_REPLY_BYTES or time.monotonic() > deadline:
                    raise SmsUncertain("endless_reply")
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise SmsUnreachable("connect") from error
    except httpx.HTTPError as error:
        raise SmsUncertain("no_reply") from error
    return bytes(body)
