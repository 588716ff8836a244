"""Checks of the Supabase project, our tokens, the cache and the public address."""

from __future__ import annotations

import socket
import ssl
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import jwt

from auto360.core.clock import utc_now
from auto360.providers.database.postgrest import key_headers
from infra.doctor import Variables, Warn, Wrong, check

_MAX_SKEW_SECONDS = 5
_MIN_DAYS = 14
_SECONDS = 10.0


@check(
    "database",
    needs=("SUPABASE_URL",),
    advice="Check SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY; is the project paused?",
)
def database(_variables: Variables) -> str:
    """Check that the database answers the service key."""
    from auto360.container.data import database as wired

    wired().call("health_check", {})
    return "answers the service key"


@check(
    "row level security",
    needs=("SUPABASE_ANON_KEY",),
    advice="Apply the migrations; `anon` may read no account.",
)
def row_level_security(variables: Variables) -> str:
    """Check that the public key alone reads no account."""
    key = variables["SUPABASE_ANON_KEY"]
    answer = httpx.get(f"{_rest(variables)}/accounts?select=id&limit=1", headers=key_headers(key), timeout=_SECONDS)
    if answer.status_code == 200 and answer.json():
        raise Wrong("the public key reads accounts")
    if answer.status_code not in (200, 401, 403):
        raise Wrong(f"the public key is answered with {answer.status_code}")
    return f"the public key reads no account ({answer.status_code})"


@check(
    "read replica",
    needs=("SUPABASE_READ_URL",),
    advice="Check SUPABASE_READ_URL and the replica's lag in the dashboard; until then guests read from the primary.",
)
def read_replica(_variables: Variables) -> str:
    """Check that the replica answers a read and is current."""
    from auto360.container.data import replica, replica_settings
    from auto360.providers.database.addresses import address_of

    address = address_of("popular_searches", {"p_days": 1, "p_min_searches": 1, "p_limit": 1})
    replica().fetch(str(address))
    return f"answers, behind by less than {replica_settings().replica_lag_seconds} s"


@check(
    "API keys",
    needs=("SUPABASE_SERVICE_ROLE_KEY",),
    advice="Exchange the two keys; the service key belongs to functions only.",
)
def api_keys(variables: Variables) -> str:
    """Check that both keys have their roles and are not near their end."""
    told = []
    for name, role, prefix in (
        ("SUPABASE_SERVICE_ROLE_KEY", "service_role", "sb_secret_"),
        ("SUPABASE_ANON_KEY", "anon", "sb_publishable_"),
    ):
        key = variables.get(name, "")
        if key.startswith("sb_"):
            if not key.startswith(prefix):
                raise Wrong(f"{name} is a key of the other kind")
            continue
        claims = jwt.decode(key, options={"verify_signature": False})
        if claims.get("role") != role:
            raise Wrong(f"{name} has the role {claims.get('role')}")
        days = (claims["exp"] - time.time()) / 86400
        if days < _MIN_DAYS:
            raise Warn(f"{name} ends in {days:.0f} days")
        told.append(f"{role} for {days:.0f} days")
    return ", ".join(told) or "keys of the new form"


@check(
    "access tokens",
    needs=("JWT_ISSUER", "JWT_SIGNING_KEY"),
    advice="JWT_SIGNING_KEY_ID must name the key in JWT_PUBLIC_KEYS that belongs to JWT_SIGNING_KEY.",
)
def access_tokens(_variables: Variables) -> str:
    """Check that our signing and checking keys belong together."""
    from auto360.container.tokens import access_tokens as wired

    tokens = wired()
    user = str(uuid4())
    if tokens.check(tokens.issue(user_id=user, session_id=str(uuid4()), phone="+996700000000")).user_id != user:
        raise Wrong("a token names another user")
    return f"signed and checked, good for {tokens.lifetime_seconds} s"


@check(
    "JWKS of the project",
    needs=("SUPABASE_URL", "JWT_SIGNING_KEY_ID"),
    advice="Import the signing key into the Supabase project, or realtime and storage refuse our tokens.",
)
def project_jwks(variables: Variables) -> str:
    """Check that Supabase has the key for our signatures."""
    if variables.get("APP_ENV") == "local":
        return "the local stack has none"
    answer = httpx.get(f"{variables['SUPABASE_URL']}/auth/v1/.well-known/jwks.json", timeout=_SECONDS)
    ids = [key.get("kid") for key in answer.raise_for_status().json()["keys"]]
    if variables["JWT_SIGNING_KEY_ID"] not in ids:
        raise Wrong(f"the project's {len(ids)} keys do not hold {variables['JWT_SIGNING_KEY_ID']}")
    return f"{len(ids)} keys, including ours"


@check(
    "file size limit",
    needs=("SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"),
    advice="Raise the project's Global file size limit (Storage, Settings) to that of the largest bucket.",
)
def file_size_limit(variables: Variables) -> str:
    """Check that the project accepts files as large as its buckets allow."""
    if variables.get("APP_ENV") == "local":
        return "the local stack has none"
    storage = f"{variables['SUPABASE_URL'].rstrip('/')}/storage/v1"
    headers = key_headers(variables["SUPABASE_SERVICE_ROLE_KEY"])
    buckets = httpx.get(f"{storage}/bucket", headers=headers, timeout=_SECONDS).raise_for_status().json()
    largest = max((int(bucket.get("file_size_limit") or 0) for bucket in buckets), default=0)
    # The protocol of resumable uploads names the project's limit without an upload.
    told = httpx.request("OPTIONS", f"{storage}/upload/resumable", headers=headers, timeout=_SECONDS)
    allowed = int(told.headers.get("Tus-Max-Size", "0") or 0)
    if not allowed:
        raise Warn(f"the project does not report its limit; buckets go up to {largest >> 20} MB")
    if allowed < largest:
        raise Wrong(f"the project takes {allowed >> 20} MB, its largest bucket allows {largest >> 20} MB")
    return f"{allowed >> 20} MB, buckets up to {largest >> 20} MB"


@check(
    "clock",
    needs=("SUPABASE_URL",),
    advice="Set this machine's clock (NTP): tokens are checked with a tolerance of 30 s.",
)
def clock(variables: Variables) -> str:
    """Check that this machine and the project agree on the time."""
    answer = httpx.get(f"{_rest(variables)}/", timeout=_SECONDS)
    if "date" not in answer.headers:
        raise Warn("the project sent no time")
    skew = abs((parsedate_to_datetime(answer.headers["date"]) - utc_now()).total_seconds())
    if skew > _MAX_SKEW_SECONDS:
        raise Wrong(f"{skew:.0f} s apart from the project")
    return f"{skew:.1f} s apart from the project"


@check("Redis", needs=("REDIS_URL",), advice="Check REDIS_URL; without Redis requests are counted in Postgres.")
def redis(_variables: Variables) -> str:
    """Check that Redis answers."""
    from auto360.container.rate_limit import redis_line

    line = redis_line()
    if line is None or line.run(("PING",)) != [b"PONG"]:
        raise Wrong("does not answer")
    return "answers"


@check(
    "public address",
    needs=("PUBLIC_API_URL",),
    advice="Check the domain of the gateway and its certificate in Certificate Manager.",
)
def public_address(variables: Variables) -> str:
    """Check `/health` there, and that the certificate is valid for a while."""
    parts = urlsplit(variables["PUBLIC_API_URL"])
    answer = httpx.get(f"{parts.scheme}://{parts.netloc}/health", timeout=_SECONDS)
    if answer.status_code != 200:
        raise Wrong(f"/health answers {answer.status_code}")
    if parts.scheme != "https":
        return "healthy, without TLS"
    host, context = parts.hostname or "", ssl.create_default_context()
    with (
        socket.create_connection((host, parts.port or 443), timeout=_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        certificate = secured.getpeercert() or {}
    days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400
    if days < _MIN_DAYS:
        raise Warn(f"the certificate ends in {days:.0f} days")
    return f"healthy, certificate for {days:.0f} days"


def _rest(variables: Variables) -> str:
    return variables.get("SUPABASE_REST_URL") or f"{variables['SUPABASE_URL']}/rest/v1"
