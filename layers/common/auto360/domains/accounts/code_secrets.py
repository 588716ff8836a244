"""Secrets of login codes: deriving a code from a nonce, and the digest that checks it.

The code is not stored: it is derived from a stored nonce with a secret that is not in the
database. So the same code can be sent again until it expires, and the database alone reveals no code. Several
secrets may be configured, newest first; each code is stored with its key id, so a rotation breaks no login.
"""

from pydantic import SecretStr, field_validator

from auto360.core.keyed_secrets import KeyedMacs
from auto360.core.settings import EnvSettings


class CodeSecrets(KeyedMacs):
    """Secrets of login codes by key id."""

    def code(self, key_id: str, *, phone: str, nonce: str, length: int) -> str:
        """Derive the login code of a nonce: `length` decimal digits."""
        return self.decimal_code(key_id, f"otp:code:v1|{phone}|{nonce}", digits=length)

    def check_digest(self, key_id: str, *, phone: str, code: str) -> bytes:
        """Return the keyed digest of a code for a phone, as sent to the database."""
        return self.mac(key_id, f"otp:check:v1|login|{phone}|{code}")


class CodeSecretSettings(EnvSettings):
    """`OTP_SECRETS`: the secrets, newest first."""

    otp_secrets: SecretStr

    @field_validator("otp_secrets")
    @classmethod
    def _strong(cls, value: SecretStr) -> SecretStr:
        CodeSecrets.parse(value.get_secret_value())
        return value

    def secrets(self) -> CodeSecrets:
        """Parse the secrets."""
        return CodeSecrets.parse(self.otp_secrets.get_secret_value())
