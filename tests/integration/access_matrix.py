"""Access matrix: every table, every role, every verb, on a row that belongs to the owner."""

from __future__ import annotations

from tests.integration.access_accounts import ACCOUNTS, BUSINESS
from tests.integration.access_case import ROLES, Case, Role
from tests.integration.access_chat import CHAT, COMMENTS, MODERATION, NOTIFICATIONS
from tests.integration.access_listings import LISTINGS, MEDIA
from tests.integration.access_operations import BILLING, OPERATIONS

__all__ = ["MATRIX", "ROLES", "Case", "Role"]

MATRIX: list[Case] = [
    *(*ACCOUNTS, *BUSINESS, *LISTINGS, *CHAT, *NOTIFICATIONS, *COMMENTS),
    *(*MODERATION, *MEDIA, *BILLING, *OPERATIONS),
]
