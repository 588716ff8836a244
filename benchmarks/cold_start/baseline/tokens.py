"""Access tokens of the baseline: PyJWT with the same keys and claims."""

import json
import os
import time
from typing import Any

import jwt


def issue(*, user_id: str, session_id: str, phone: str) -> str:
    """Return a signed access token."""
    now = int(time.time())
    claims = {
        "iss": os.environ["JWT_ISSUER"],
        "aud": "authenticated",
        "sub": user_id,
        "role": "authenticated",
        "session_id": session_id,
        "phone": phone.lstrip("+"),
        "iat": now,
        "exp": now + 3600,
        "aal": "aal1",
        "is_anonymous": False,
        "app_metadata": {"provider": "phone"},
        "user_metadata": {},
    }
    key_id = os.environ["JWT_SIGNING_KEY_ID"]
    return jwt.encode(claims, os.environ["JWT_SIGNING_KEY"], algorithm="ES256", headers={"kid": key_id})


def check(token: str) -> dict[str, Any]:
    """Return the claims of a valid token."""
    key_id = jwt.get_unverified_header(token)["kid"]
    keys = json.loads(os.environ["JWT_PUBLIC_KEYS"])["keys"]
    key = jwt.PyJWK(next(key for key in keys if key["kid"] == key_id)).key
    return jwt.decode(
        token, key, algorithms=["ES256"], audience="authenticated", issuer=os.environ["JWT_ISSUER"], leeway=30
    )
