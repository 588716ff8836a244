"""Random requests, made from the OpenAPI document, against a running stack: no 5xx, no answer outside the document."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psycopg

from local.paths import OPENAPI
from tests.support.logs import remember_secret
from tests.support.plain_http import plain_client
from tests.support.stack import RunningStack

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
# A fuzzed person is a staff member as well, so that the routes of staff are looked into.
PHONE, ADDRESS = "+996700990099", "203.0.113.99"
# Counting would answer 429 to nearly everything.
UNLIMITED = {
    "LIMIT_DEFAULT_PER_15_MINUTES": "1000000",
    "LIMIT_CHAT_PER_MINUTE": "1000000",
    "OTP_ADDRESS_PER_HOUR": "1000000",
    "OTP_NETWORK_PER_HOUR": "1000000",
    "OTP_BLOCK_PER_HOUR": "1000000",
    "OTP_ADDRESS_PHONE_PER_15_MINUTES": "1000000",
}
# Ending the session of the one token would make all later answers 401.
_LEFT_OUT = ("/api/auth/logout",)


def log_in(stack: RunningStack) -> str:
    """Return a person with all roles; gives the access token."""
    headers = {"X-Local-Address": ADDRESS}
    with plain_client(base_url=stack.url, headers=headers, timeout=60) as client:
        client.post("/api/auth/request-code", json={"phone": PHONE}).raise_for_status()
        [sms] = stack.inbox(PHONE)
        code = re.findall(r"\b\d{4,8}\b", sms["text"])[0]
        answer = client.post("/api/auth/verify-code", json={"phone": PHONE, "code": code}).raise_for_status().json()
    with psycopg.connect(stack.dsn, autocommit=True) as connection:
        connection.execute("update public.accounts set role = 'admin' where id = %s", (answer["data"]["user"]["id"],))
    for name in ("token", "refreshToken"):
        remember_secret(answer["data"][name])
    token: str = answer["data"]["token"]
    return token


def fuzz(
    url: str, token: str | None, *, examples: int, seed: int, folder: Path, limits: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run schemathesis in a folder; the exit code is 0 where nothing was found. `limits`: also try each limit once."""
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(OPENAPI), "--url", url]
    command += [
        "--max-examples",
        str(examples),
        "--seed",
        str(seed),
        "--phases",
        "coverage,fuzzing" if limits else "fuzzing",
    ]
    command += ["--checks", ",".join(CHECKS), "--continue-on-failure", "--no-color", "--warnings", "off"]
    command += ["--suppress-health-check", "all", "--workers", "2"]
    command += ["--request-timeout", "30", "--header", "X-Local-Address: 203.0.113.98"]
    for path in _LEFT_OUT if token else ():
        command += ["--exclude-path", path]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
