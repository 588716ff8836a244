"""HTTP exchange with an SMS provider: bounded in time and size, failures distinguished by meaning."""

from auto360.providers.sms import SmsRefused, SmsUncertain, SmsUnreachable
from auto360.providers.transport.line import LineFailed
from auto360.providers.transport.poster import Poster

# Kinds of failures after which the server cannot have acted.
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "LocalProtocolError")


def exchange(poster: Poster, url: str, content: bytes, *, content_type: str, timeout: float) -> bytes:
    """POST and return the body of a 200 answer, within `timeout` seconds in all.

    Raises SmsUnreachable when the request cannot have been processed or the provider broke (5xx), SmsRefused for
    other statuses, and SmsUncertain when the answer is late, cut off or endless: then it may have been processed.
    """
    try:
        reply = poster.post(url, content, content_type=content_type, seconds=timeout)
    except LineFailed as failure:
        if failure.kind in _NOT_SENT:
            raise SmsUnreachable("connect") from failure
        raise SmsUncertain("endless_reply" if failure.kind == "AnswerTooLarge" else "no_reply") from failure
    if reply.status >= 500:
        raise SmsUnreachable(f"http_{reply.status}")
    if reply.status != 200:
        raise SmsRefused(f"http_{reply.status}")
    return reply.content
