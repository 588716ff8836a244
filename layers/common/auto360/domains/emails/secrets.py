"""Secrets of e-mail: codes and links derived from stored nonces, and signed links for unsubscribing.

Neither codes nor links are in the database, only digests; the sender derives both when it makes the mail.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import SecretStr, field_validator

from auto360.core.errors import NotFound
from auto360.core.keyed_secrets import KeyedMacs, stored_digest
from auto360.core.settings import EnvSettings

CODE_DIGITS = 6
_SIGNATURE_BYTES = 20
_USER_BYTES = 16
Purpose = Literal["confirm", "undo"]


class EmailSecrets(KeyedMacs):
    """Secrets of e-mail by key id; former ones still open older mails."""

    def code(self, key_id: str, *, proof_id: str, nonce: str) -> str:
        """Derive the code of a proof: six decimal digits."""
        return self.decimal_code(key_id, f"email:code:v1|{proof_id}|{nonce}", digits=CODE_DIGITS)

    def check_digest(self, key_id: str, *, user_id: str, code: str) -> bytes:
        """Return the keyed digest of a code of a user, as sent to the database."""
        return self.mac(key_id, f"email:check:v1|{user_id}|{code}")

    def token(self, key_id: str, purpose: Purpose, *, proof_id: str, nonce: str) -> str:
        """Derive the token of a link: 32 bytes as base64url."""
        return _text(self.mac(key_id, f"email:{purpose}:v1|{proof_id}|{nonce}"))

    def unsubscribing(self, *, user_id: str, kind: str) -> str:
        """Return the token that switches e-mails of a type off; it never expires."""
        key_id = self.ids[0]
        content = UUID(user_id).bytes + kind.encode()
        signature = self.mac(key_id, f"email:unsubscribe:v1|{user_id}|{kind}")[:_SIGNATURE_BYTES]
        return f"{key_id}.{_text(content)}.{_text(signature)}"

    def unsubscriber(self, token: str) -> tuple[str, str]:
        """Return user and type of a token. Raises NotFound for a foreign or altered one."""
        try:
            key_id, content, signature = token.split(".")
            shown, signed = _bytes(content), _bytes(signature)
            user_id, kind = str(UUID(bytes=shown[:_USER_BYTES])), shown[_USER_BYTES:].decode("ascii")
        except ValueError:
            raise NotFound from None
        if key_id not in self._keys or not kind:
            raise NotFound
        expected = self.mac(key_id, f"email:unsubscribe:v1|{user_id}|{kind}")[:_SIGNATURE_BYTES]
        if not hmac.compare_digest(expected, signed):
            raise NotFound
        return user_id, kind


@dataclass(frozen=True)
class NewProofs:
    """Creates proofs of addresses and undo links of changes, in the form of the SQL functions."""

    secrets: EmailSecrets
    ttl_seconds: int
    new_id: Callable[[], UUID] = uuid4
    new_nonce: Callable[[], str] = lambda: token_hex(16)

    def proof(self, user_id: str) -> Mapping[str, Any]:
        """Return a new proof {id, key_id, nonce, code_digest, link_digest, ttl_seconds}."""
        proof_id, key_id, nonce = self.new_id(), self.secrets.ids[0], self.new_nonce()
        code = self.secrets.code(key_id, proof_id=str(proof_id), nonce=nonce)
        checked = self.secrets.check_digest(key_id, user_id=user_id, code=code)
        token = self.secrets.token(key_id, "confirm", proof_id=str(proof_id), nonce=nonce)
        return {
            "id": str(proof_id),
            "key_id": key_id,
            "nonce": nonce,
            "code_digest": stored_digest(proof_id, checked).hex(),
            "link_digest": token_digest(token).hex(),
            "ttl_seconds": self.ttl_seconds,
        }

    def undo(self) -> Mapping[str, Any]:
        """Return a new undo link of a change {id, key_id, nonce, digest}."""
        change_id, key_id, nonce = str(self.new_id()), self.secrets.ids[0], self.new_nonce()
        token = self.secrets.token(key_id, "undo", proof_id=change_id, nonce=nonce)
        return {"id": change_id, "key_id": key_id, "nonce": nonce, "digest": token_digest(token).hex()}


class EmailSecretSettings(EnvSettings):
    """`EMAIL_SECRETS`: the secrets, newest first; keep an older one while its links are valid."""

    email_secrets: SecretStr

    @field_validator("email_secrets")
    @classmethod
    def _strong(cls, value: SecretStr) -> SecretStr:
        EmailSecrets.parse(value.get_secret_value())
        return value

    def secrets(self) -> EmailSecrets:
        """Parse the secrets."""
        return EmailSecrets.parse(self.email_secrets.get_secret_value())


def token_digest(token: str) -> bytes:
    """Return the digest that identifies a link in the database."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Decode base64url in its one form. Raises ValueError."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if _text(found) != text:
        raise ValueError
    return found
