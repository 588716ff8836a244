"""HTTP exchange with an SMS provider: bounded in time and size, failures told apart by meaning."""

from collections.abc import Mapping

import httpx

from auto360.providers.sms import SmsRefused, SmsUncertain, SmsUnreachable
from auto360.providers.transport import at_most
from auto360.providers.transport.exchange import Unanswered, send

_MAX_REPLY_BYTES = 64 * 1024


def exchange(
    http: httpx.Client,
    url: str,
    *,
    timeout: float,
    content: bytes | None = None,
    form: Mapping[str, str] | None = None,
    content_type: str | None = None,
) -> bytes:
    """POST and return the body of a 200 answer, within `timeout` seconds in all.

    Raises SmsUnreachable when the request cannot have been processed or the provider broke (5xx), SmsRefused for
    other statuses, and SmsUncertain when the answer is late, cut off or endless: then it may have been processed.
    """
    headers = {"Content-Type": content_type} if content_type else {}
    terms = at_most(_MAX_REPLY_BYTES)
    request = http.build_request(
        "POST", url, timeout=timeout, content=content, data=form, headers=headers, extensions=terms
    )
    try:
        response = send(http, request)
    except Unanswered as failure:
        raise (SmsUncertain if failure.arrived else SmsUnreachable)(failure.code) from failure
    if response.status_code >= 500:
        raise SmsUnreachable(f"http_{response.status_code}")
    if response.status_code != httpx.codes.OK:
        raise SmsRefused(f"http_{response.status_code}")
    return response.content
