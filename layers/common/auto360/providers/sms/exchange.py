"""HTTP exchange with an SMS provider: bounded in time and size, failures distinguished by meaning."""

from auto360.providers.sms import SmsRefused, SmsUncertain, SmsUnreachable
from auto360.providers.transport.line import LineFailed
from auto360.providers.transport.lines import Lines


def exchange(lines: Lines, url: str, content: bytes, *, content_type: str, timeout: float) -> bytes:
    """POST and return the body of a 200 answer, within `timeout` seconds in all.

    Raises SmsUnreachable when the request cannot have been processed or the provider broke (5xx), SmsRefused for
    other statuses, and SmsUncertain when the answer is late, cut off or endless: then it may have been processed.
    """
    try:
        reply = lines.send("POST", url, {"Content-Type": content_type}, content, seconds=timeout)
    except LineFailed as failure:
        if not failure.may_have_arrived:
            raise SmsUnreachable("connect") from failure
        raise SmsUncertain("endless_reply" if failure.kind == "AnswerTooLarge" else "no_reply") from failure
    if reply.status >= 500:
        raise SmsUnreachable(f"http_{reply.status}")
    if reply.status != 200:
        raise SmsRefused(f"http_{reply.status}")
    return reply.content
