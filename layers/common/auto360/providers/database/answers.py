"""PostgREST answers: a result, a refusal, or an outage.

A refusal contains an error code of this request. Everything else is an outage: pages of proxies, answers without a
code, and codes of a server that currently fails for everybody.
"""

from __future__ import annotations

import re
from typing import Any

from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.transport.line import Reply

# Classes of SQLSTATE: connection, resources, intervention (57014: cancelled), system, internal error; read-only or
# standby server; a lock not granted; a transaction rolled back by the server.
_OUTAGES = ("08", "53", "57", "58", "XX", "25006", "0A000", "55P03", "25P0", "40")
# PostgREST: no connection, no schema cache, no free connection in the pool (000 to 003), an internal defect (X00).
_OUTAGES_OF_POSTGREST = ("PGRST00", "PGRSTX")
# Rolled back completely by the server, so that a repetition is safe.
_ROLLED_BACK = ("40001", "40P01")
_CODE = re.compile(r"[0-9A-Z]{5}|PGRST[0-9A-Z]{1,5}")
_OUR_REQUEST_TOO_LARGE = (413, 414, 431)
_UNREADABLE = object()


class RolledBack(DatabaseUnavailable):
    """Deadlock or serialization failure: nothing was written, and the call may be repeated."""


def result_of(reply: Reply, *, call: str, as_backend: bool) -> Any:
    """Return the JSON of a success, None without one. Raises RolledBack, DatabaseUnavailable, DatabaseRefused.

    `as_backend`: sent with our own key, which is refused only during an outage.
    """
    status = reply.status
    found = _json(reply)
    if reply.is_success:
        if found is _UNREADABLE:
            raise DatabaseUnavailable(f"http_{status} unreadable")
        return found
    code = _code(found)
    reason = f"http_{status} {code or 'no_code'}"
    if code in _ROLLED_BACK:
        raise RolledBack(reason)
    if _is_outage(status, code) or (status == 401 and as_backend):
        raise DatabaseUnavailable(reason)
    raise DatabaseRefused(f"{call}: HTTP {status}, {code or 'no code'}")


def code_of(reply: Reply) -> str | None:
    """Return the code of a refusal or an outage, None where the answer holds none."""
    return _code(_json(reply))


def _is_outage(status: int, code: str | None) -> bool:
    if status in (429, 502, 503, 504):
        return True
    if code is None:
        return status not in _OUR_REQUEST_TOO_LARGE
    return code.startswith(_OUTAGES_OF_POSTGREST if code.startswith("PGRST") else _OUTAGES)


def _json(reply: Reply) -> Any:
    if not reply.content:
        return None
    try:
        return reply.json()
    except (ValueError, RecursionError):
        return _UNREADABLE


def _code(found: Any) -> str | None:
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
