"""Login code checks: one database call counts the try, compares, and opens the session."""

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from auto360.core.errors import AccountBlocked
from auto360.core.identity import AccessTokens
from auto360.core.refusals.accounts import CodeInvalid, LoginLocked
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_policy import LockPolicy
from auto360.domains.accounts.code_secrets import CodeSecrets
from auto360.domains.accounts.sessions import OpenSession, SessionPolicy
from auto360.providers.database import Database, bytea
from auto360.providers.database.functions.login_code_checks import login_verify_code


@dataclass(frozen=True)
class CodeChecker:
    """Checks login codes."""

    database: Database
    secrets: CodeSecrets
    policy: LockPolicy
    sessions: SessionPolicy
    tokens: AccessTokens
    new_refresh_token: Callable[[], str] = lambda: randomness.token_urlsafe(32)

    def __call__(self, phone: str, code: str, *, request_id: UUID | None, client: Client) -> OpenSession:
        """Check a code and open a session; a repeat of a successful check within seconds returns the same session.

        Raises CodeInvalid, LoginLocked or AccountBlocked.
        """
        refresh_token = self.new_refresh_token()
        answer = login_verify_code(
            self.database,
            phone=phone,
            digests={
                key_id: self.secrets.check_digest(key_id, phone=phone, code=code).hex() for key_id in self.secrets.ids
            },
            address=client.address,
            sms_id=str(request_id) if request_id else None,
            refresh_digest=bytea(hashlib.sha256(refresh_token.encode()).digest()),
            session={
                "platform": client.platform,
                "user_agent": client.user_agent,
                "address": client.address,
                "lifetime_seconds": self.sessions.session_lifetime_seconds,
            },
            lock=self.policy.lock(),
        )
        if answer["outcome"] == "locked":
            raise LoginLocked(retry_after=answer["retry_after"])
        if answer["outcome"] == "blocked":
            raise AccountBlocked
        if answer["outcome"] != "ok":
            raise CodeInvalid
        return OpenSession.from_answer(answer, tokens=self.tokens, refresh_token=refresh_token)
