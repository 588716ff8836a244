"""Blocked users, and user reports about persons and messages."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.chat_blocks import chat_block, chat_report, chat_unblock

Target = Literal["user", "message"]
Reason = Literal["inappropriate", "spam", "fraud", "duplicate", "misleading", "fake_price", "stolen", "other"]


@dataclass(frozen=True)
class Blocks:
    """Block and report use cases and their dependencies."""

    database: Database

    def blocked(self, principal: Principal) -> list[Row]:
        """List users that the caller blocked, newest first, read with the caller's token."""
        return self.database.select(
            "chat_blocks",
            {
                "select": "created_at,user:public_profiles!chat_blocks_blocked_profile_fkey(id,name,avatar_url)",
                "blocker_id": f"eq.{principal.user_id}",
                "order": "created_at.desc,id.desc",
                "limit": "1000",
            },
            user_token=principal.token,
        )

    def block(self, principal: Principal, *, user_id: str) -> None:
        """Block a user. Raises NotFound, Forbidden (oneself)."""
        accepted(chat_block(self.database, user_id=principal.user_id, other_user_id=user_id))

    def unblock(self, principal: Principal, *, user_id: str) -> None:
        """Unblock a user."""
        accepted(chat_unblock(self.database, user_id=principal.user_id, other_user_id=user_id))

    def report(
        self, principal: Principal, target: Target, *, target_id: str, reason: Reason, comment: str | None
    ) -> None:
        """Report a user, or a message of the caller's conversation. Raises NotFound, Forbidden (oneself)."""
        accepted(
            chat_report(
                self.database,
                user_id=principal.user_id,
                target_type=target,
                target_id=target_id,
                reason=reason,
                comment=comment,
            )
        )
