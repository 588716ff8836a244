"""Access tokens: made for Supabase, and refused unless every claim and the one right algorithm is there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from auto360.core.errors import AuthenticationRequired, SettingsInvalid
from auto360.core.identity import AccessTokens, AccessTokenSettings

ISSUER = "https://project.example/auth/v1"
SECRET = "s" * 64
KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
JWK = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "alg": "ES256"}
ES256 = {
    "JWT_SIGNING_KEY": PEM,
    "JWT_SIGNING_KEY_ID": "k1",
    "JWT_PUBLIC_KEYS": json.dumps({"keys": [JWK]}),
    "JWT_SECRET": SECRET,
    "JWT_ISSUER": ISSUER,
}
NOW = datetime.now(UTC)
USER, SESSION = str(uuid4()), str(uuid4())


def tokens(environ: dict[str, str] | None = None, *, at: datetime = NOW) -> AccessTokens:
    return AccessTokens(AccessTokenSettings.load(environ or ES256), now=lambda: at)


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": ISSUER,
        "aud": "authenticated",
        "sub": USER,
        "role": "authenticated",
        "session_id": SESSION,
        "exp": int(datetime.now(UTC).timestamp()) + 600,
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def forged(key: Any = KEY, algorithm: str = "ES256", kid: str | None = "k1", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def test_a_token_names_its_user_and_session() -> None:
    token = tokens().issue(user_id=USER, session_id=SESSION, phone="+996555123456")
    principal = tokens().check(token)
    assert (principal.user_id, principal.session_id, principal.token) == (USER, SESSION, token)
    header, body = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    assert (header["alg"], header["kid"]) == ("ES256", "k1")
    assert body["role"] == body["aud"] == "authenticated"
    assert body["exp"] - body["iat"] == 3600


def test_without_a_signing_key_the_projects_secret_signs() -> None:
    legacy = tokens({"JWT_SECRET": SECRET, "JWT_ISSUER": ISSUER})
    token = legacy.issue(user_id=USER, session_id=SESSION, phone="+996555123456")
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert legacy.check(token).user_id == USER


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int((NOW - timedelta(minutes=5)).timestamp())},
        {"exp": None},
        {"sub": None},
        {"sub": "someone"},
        {"aud": None},
        {"aud": "anon"},
        {"iss": None},
        {"iss": "https://other.example"},
        {"role": "service_role"},
        {"role": None},
        {"session_id": None},
        {"session_id": 7},
        {"nbf": int((NOW + timedelta(hours=1)).timestamp())},
    ],
)
def test_a_claim_that_is_missing_or_wrong_refuses_the_token(changes: dict[str, Any]) -> None:
    assert tokens().check(forged()).user_id == USER
    with pytest.raises(AuthenticationRequired):
        tokens().check(forged(**changes))


def test_the_algorithm_is_ours_to_choose() -> None:
    attacks = [
        forged(key="", algorithm="none"),
        forged(key="", algorithm="none", kid=None),
        forged(key=SECRET, algorithm="HS256", kid="k1"),
        forged(key=SECRET, algorithm="HS512", kid=None),
        forged(key=ec.generate_private_key(ec.SECP256R1())),
        forged(kid="unknown"),
        forged(kid=None),
        forged(key="x" * 64, algorithm="HS256", kid=None),
    ]
    for token in attacks:
        with pytest.raises(AuthenticationRequired):
            tokens().check(token)


def test_a_public_key_is_never_a_shared_secret() -> None:
    public_only = tokens({name: value for name, value in ES256.items() if name != "JWT_SECRET"})
    head, body, _ = forged().split(".")
    for token in (f"{head}.{body}.", f"{head}.{body}.AAAA", "", "a.b.c", "é", forged() + "x", "." * 50):
        with pytest.raises(AuthenticationRequired):
            public_only.check(token)


def test_an_old_key_is_read_while_the_new_one_signs() -> None:
    new_key = ec.generate_private_key(ec.SECP256R1())
    new_jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(new_key.public_key())) | {"kid": "k2"}
    both = ES256 | {"JWT_PUBLIC_KEYS": json.dumps({"keys": [new_jwk, JWK]})}
    assert tokens(both).check(forged(key=new_key, kid="k2")).user_id == USER
    assert tokens(both).check(forged()).user_id == USER


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"JWT_PUBLIC_KEYS", "JWT_SECRET"}, "JWT_PUBLIC_KEYS"),
        ({"JWT_SIGNING_KEY_ID"}, "JWT_SIGNING_KEY_ID"),
        ({"JWT_ISSUER"}, "JWT_ISSUER"),
    ],
)
def test_what_is_not_configured_is_named(missing: set[str], named: str) -> None:
    with pytest.raises(SettingsInvalid, match=named):
        tokens({name: value for name, value in ES256.items() if name not in missing})


def test_a_short_secret_stops_the_start_and_is_not_shown() -> None:
    with pytest.raises(SettingsInvalid, match="JWT_SECRET") as error:
        tokens(ES256 | {"JWT_SECRET": "hunter2"})
    assert "hunter2" not in str(error.value)


PRIVATE_JWK = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY)) | {"kid": "k1", "alg": "ES256", "use": "sig"}


@pytest.mark.parametrize(
    "key",
    [json.dumps(PRIVATE_JWK), json.dumps([PRIVATE_JWK], indent=2), PEM, PEM.replace("\n", "\\n")],
    ids=["jwk", "list of a jwk", "pem", "pem on one line"],
)
def test_a_signing_key_may_be_a_jwk_or_pem(key: str) -> None:
    made = tokens(ES256 | {"JWT_SIGNING_KEY": key})
    made.require_usable()
    token = made.issue(user_id=USER, session_id=SESSION, phone="+996555123456")
    assert jwt.get_unverified_header(token)["kid"] == "k1"
    assert made.check(token).user_id == USER


def test_a_jwk_brings_its_own_id() -> None:
    made = tokens(ES256 | {"JWT_SIGNING_KEY": json.dumps(PRIVATE_JWK), "JWT_SIGNING_KEY_ID": ""})
    assert jwt.get_unverified_header(made.issue(user_id=USER, session_id=SESSION, phone=""))["kid"] == "k1"
    with pytest.raises(SettingsInvalid, match="JWT_SIGNING_KEY_ID"):
        tokens(ES256 | {"JWT_SIGNING_KEY": json.dumps(PRIVATE_JWK), "JWT_SIGNING_KEY_ID": "k2"})


@pytest.mark.parametrize(
    "key",
    [
        "not a key",
        PUBLIC_PEM,
        json.dumps(JWK),
        json.dumps({"kty": "RSA", "kid": "k1"}),
        json.dumps({"kid": "k1"}),
        PEM[:60],
    ],
    ids=["no key", "public pem", "public jwk", "rsa", "kid alone", "cut pem"],
)
def test_what_cannot_sign_is_found_before_the_first_login(key: str) -> None:
    with pytest.raises(SettingsInvalid, match="JWT_SIGNING_KEY") as told:
        tokens(ES256 | {"JWT_SIGNING_KEY": key}).require_usable()
    assert key not in str(told.value)


@pytest.mark.parametrize("text", ["[1, 2]", "{not json", '["a"]'])
def test_a_text_that_only_begins_like_a_jwk_is_refused_as_a_setting(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="JWT_SIGNING_KEY is neither"):
        AccessTokenSettings.load(ES256 | {"JWT_SIGNING_KEY": text})


def test_a_key_whose_public_half_is_not_accepted_is_found_before_the_first_login() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(SettingsInvalid, match="JWT_PUBLIC_KEYS"):
        tokens(ES256 | {"JWT_SIGNING_KEY": pem}).require_usable()
