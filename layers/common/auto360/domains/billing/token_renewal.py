"""Re-encryption of stored tokens under the current key."""

from dataclasses import dataclass
from typing import Any

from auto360.core.encrypted_fields import AssociatedData, NotDecryptable, StoredSecrets
from auto360.providers.database import Database
from auto360.providers.database.functions.stored_tokens import payment_profile_reencrypt, payment_profiles_stale

TABLE, COLUMN = "payment_profiles", "token_encrypted"
_BATCH = 200
_MAX_BATCHES = 10


@dataclass(frozen=True)
class TokenRenewal:
    """Re-encryption and its dependencies."""

    database: Database
    secrets: StoredSecrets

    def run(self) -> dict[str, int]:
        """Run one round: {tokens_renewed, tokens_unreadable}; at most 2,000 tokens.

        An unreadable token (its key was removed too early) stays: it is readable again with its key.
        """
        counts = {"tokens_renewed": 0, "tokens_unreadable": 0}
        after: str | None = None
        for _ in range(_MAX_BATCHES):
            stale: list[dict[str, Any]] = payment_profiles_stale(
                self.database, key_id=self.secrets.current_key_id, after=after, limit=_BATCH
            )
            for row in stale:
                counts["tokens_renewed" if self._renew(row["id"], row["token_encrypted"]) else "tokens_unreadable"] += 1
            if len(stale) < _BATCH:
                break
            after = stale[-1]["id"]
        return counts

    def _renew(self, row_id: str, stored: str) -> bool:
        place = AssociatedData(TABLE, COLUMN, row_id)
        try:
            renewed = self.secrets.encrypt(self.secrets.decrypt(stored, place=place), place=place)
        except NotDecryptable:
            return False
        payment_profile_reencrypt(self.database, id=row_id, old=stored, new=renewed)
        return True
