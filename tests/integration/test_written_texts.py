"""Texts that users write past the backend: cleaned by the guard, or no free text."""

from __future__ import annotations

import re

from tests.support.database import Database
from tests.support.rows import rows

# What has a form of its own, checked by a constraint, a foreign key, a policy or a trigger.
NOT_FREE_TEXT = {
    "business_accounts.category": "one of three",
    "business_accounts.phone_public": "a pattern",
    "business_members.role": "one of three",
    "business_members.status": "one of two",
    "car_details.condition": "one of a list",
    "car_details.drive": "one of a list",
    "car_details.fuel_type": "one of a list",
    "car_details.steering_wheel": "one of a list",
    "car_details.transmission": "one of a list",
    "car_details.vin": "a pattern",
    "chat_messages.message_type": "one of three",
    "comment_reactions.emoji": "a single emoji: private.is_emoji",
    "horse_details.gender": "one of three",
    "listing_contacts.phone_for_listing": "a pattern",
    "listings.category": "one of three",
    "listings.currency": "one of one",
    "listings.status": "the guard of status",
    "real_estate_details.deal_type": "one of two",
    "real_estate_details.property_type": "one of four",
    "reports.reason": "one of a list",
    "user_behavior.category": "one of three",
    "user_behavior.event_type": "one of a list",
    "reports.status": "pending, by the policy",
    "reports.target_type": "one of a list",
    "accounts.avatar_url": "an address, not a text",
    "accounts.expo_push_token": "shown to nobody",
    "accounts.language": "one of three",
}
# The view users writes into the table accounts.
_WRITABLE = """
select c.table_name || '.' || c.column_name from information_schema.columns c
where c.table_schema = 'public' and c.table_name <> 'users' and c.data_type = 'text' and (
  has_column_privilege('authenticated', 'public.' || c.table_name, c.column_name, 'insert')
  or has_column_privilege('authenticated', 'public.' || c.table_name, c.column_name, 'update'))
"""
_GUARDS = """
select t.tgrelid::regclass::text, pg_get_triggerdef(t.oid) from pg_trigger t
join pg_proc p on p.oid = t.tgfoid where p.proname = 'guard_texts'
"""


def test_every_text_that_a_user_may_write_is_guarded(database: Database) -> None:
    guarded = set()
    for table, definition in rows(database, _GUARDS):
        columns = re.findall(r"'(\w+) (?:line|text)", definition)
        assert columns, definition
        named = re.search(r"UPDATE OF ([\w, ]+) ON", definition)
        assert named is None or set(named[1].split(", ")) == set(columns), definition
        guarded |= {f"{table}.{column}" for column in columns}
    writable = {column for (column,) in rows(database, _WRITABLE)}

    assert writable - guarded - set(NOT_FREE_TEXT) == set()
    assert guarded & set(NOT_FREE_TEXT) == set()
