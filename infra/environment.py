"""Size of a function's environment: names and values together, secrets included.

Yandex Cloud allows 4 KB for a version, and 4096 characters for one value (docs/reference/yandex-cloud.md, section 1).
The size of a secret is known if it was set with `make secret`, which stores it beside the secret; otherwise its usual
size counts, and so does that of a parameter without a default and of an empty one that stages fill in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.template import Variable, filled

MAX_BYTES = 4096
# Two ids of twenty characters with the names of their variables.
START_BYTES = 2 * 20 + len("LOCKBOX_SECRET_ID") + len("LOCKBOX_VERSION_ID")
_OTHER_BYTES = 64
# Usual sizes of such values, on the large side: two keys during a rotation, a PEM of one key.
_USUAL_BYTES = {
    "ALERT_EMAILS": 200,
    "ALERT_PHONES": 100,
    "ALERT_WEBHOOK_URL": 200,
    "AllowedOrigins": 150,
    "BACKUP_DATABASE_URL": 150,
    "BACKUP_KEYS": 250,
    "BakaiApiUrl": 40,
    "BankAppLinks": 400,
    "BankLimits": 150,
    "Banks": 50,
    "DatabaseCaPem": 1800,
    "ImageHosts": 150,
    "JWT_SECRET": 88,
    "JWT_SIGNING_KEY": 300,
    "JwtPublicKeys": 500,
    "OTP_SECRETS": 120,
    "OperationsOrigins": 100,
    "REDIS_URL": 150,
    "STORED_SECRET_KEYS": 120,
    "SUPABASE_ANON_KEY": 220,
    "SUPABASE_SERVICE_ROLE_KEY": 230,
    "SentryDsn": 100,
    "YANDEX_SERVICE_ACCOUNT_KEY": 2500,
}


def usual_bytes(name: str) -> int:
    """Return the usual size, in bytes, of a secret by its key or of a parameter by its name."""
    return _USUAL_BYTES.get(name, _OTHER_BYTES)


def environment_bytes(
    variables: Iterable[Variable],
    parameters: Mapping[str, str | None],
    *,
    is_read_at_start: bool = False,
    absent: frozenset[str] = frozenset(),
) -> int:
    """Bytes of all names and values with usual sizes, without `absent` secrets and those read at the start."""
    known = {
        name: "x" * usual_bytes(name) if value is None or (not value and name in _USUAL_BYTES) else value
        for name, value in parameters.items()
    }
    total = START_BYTES if is_read_at_start else 0
    for variable in variables:
        if variable.secret is not None:
            is_outside = is_read_at_start or variable.secret in absent
            size = 0 if is_outside else usual_bytes(variable.secret)
        else:
            size = len(filled(variable.text, known, where=variable.name).encode())
        total += len(variable.name) + size if size else 0
    return total
