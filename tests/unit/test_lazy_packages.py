"""Packages that are opened in parts: what is used loads no more, and everything else is still there."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from local.paths import CHECKOUT

TOKEN = """
from cryptography.hazmat.primitives.asymmetric import ec
import jwt
key = ec.generate_private_key(ec.SECP256R1())
told = jwt.decode(jwt.encode({"sub": "a"}, key, algorithm="ES256"), key.public_key(), algorithms=["ES256"])
assert told == {"sub": "a"}
"""
PHONE = """
from auto360.core.phone import normalise
assert normalise("0555 123 456") == "+996555123456"
"""
REST = """
import jwt, phonenumbers
from cryptography import x509
assert (jwt.PyJWKClient.__name__, x509.NameOID.COMMON_NAME._name) == ("PyJWKClient", "commonName")
assert [match.raw_string for match in phonenumbers.PhoneNumberMatcher("call 0555 123 456", "KG")] == ["0555 123 456"]
"""


def modules_after(script: str) -> set[str]:
    """Return the modules of a fresh process that has run a script after the package."""
    code = f"import auto360\n{script}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CHECKOUT / "layers" / "common")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("script", "unused"),
    [
        ("", {"importlib.resources", "jwt", "cryptography", "phonenumbers"}),
        (TOKEN, {"email.message", "http.client", "jwt.jwks_client", "urllib.request", "cryptography.x509.name"}),
        (PHONE, {"phonenumbers.phonenumbermatcher", "phonenumbers.shortnumberinfo"}),
    ],
    ids=["nothing", "a token", "a phone"],
)
def test_what_is_used_loads_nothing_else(script: str, unused: set[str]) -> None:
    assert modules_after(script) & unused == set()


def test_what_no_table_lists_is_read_from_the_package_itself() -> None:
    assert {"jwt.jwks_client", "cryptography.x509.name", "phonenumbers.phonenumbermatcher"} <= modules_after(REST)
