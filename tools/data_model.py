"""`make data-model`: draw docs/data-model.md from the catalogue of a database with every migration applied."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from local.errors import StackError
from tools.schema.fresh import fresh_database

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "data-model.md"
Connection = psycopg.Connection[tuple[Any, ...]]

AREAS = {
    "Accounts and sessions": (
        *("accounts", "public_profiles", "auth_sessions", "refresh_tokens", "verification_codes", "login_failures"),
        *("user_consents", "consent_audit_log", "audit_log", "rate_limits", "idempotency_keys"),
    ),
    "Business": ("business_accounts", "business_members", "business_invitations", "business_registrations"),
    "Listings": (
        *("listings", "listing_contacts", "car_details", "horse_details", "real_estate_details", "listing_likes"),
        *("listing_saves", "listing_views", "listing_counters", "listing_places", "search_terms", "search_spellings"),
        *("image_origins", "pictures"),
    ),
    "Moderation": ("moderation_queue", "moderation_events", "moderation_rules", "reports"),
    "Comments": ("comments", "comment_likes", "comment_reactions"),
    "Chat and notifications": (
        *("chat_threads", "chat_messages", "chat_blocks", "notifications", "notification_types", "listing_notices"),
        *("notification_settings", "notification_preferences", "notification_fanouts", "push_devices", "pushes"),
        *("push_circuits", "push_campaigns", "saved_searches", "search_hits", "search_schedules", "search_arrivals"),
    ),
    "E-mail": ("emails", "email_verifications", "email_changes", "email_events", "email_stops"),
    "Videos": (
        *("videos", "upload_tickets", "playback_switches", "cdn_purges", "video_copy_tasks"),
        *("video_migrations", "video_migration_days", "quality_hours", "quality_days", "quality_batches"),
        *("quality_incoming", "quality_senders", "quality_salts", "quality_drops"),
    ),
    "Billing": (
        *("tiers", "tier_offers", "subscriptions", "subscription_periods", "payments", "payment_attempts"),
        *("payment_events", "payment_webhook_events", "refunds", "payment_orphans", "payment_risk_decisions"),
        *("payment_profiles", "payment_approvals", "payment_comparisons", "operator_money"),
    ),
    "SMS": (
        *("sms_messages", "sms_attempts", "sms_circuits", "sms_limit_hits", "sms_spending", "supplier_balances"),
        "phone_operators",
    ),
    "Staff, jobs, alerts, backups": (
        *("operator_sessions", "operator_appointments", "job_leases", "backup_runs", "backup_copies"),
        *("metrics_daily", "active_days", "behavior_days", "user_behavior", "alert_rules", "alerts", "alert_events"),
    ),
}

_INTRO = """# Data model

Tables of the schema `public` by area, with their keys and references, drawn from the catalogue by `make data-model`.
A box without columns belongs to another area. Every table has row level security; rules are SQL functions in
`supabase/migrations`. Words: [glossary.md](glossary.md).
"""
_TABLES = """
select c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
order by 1"""
_KEYS = """
select c.relname, a.attname, format_type(a.atttypid, null), bool_or(k.contype = 'p'), bool_or(k.contype = 'f')
from pg_constraint k join pg_class c on c.oid = k.conrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
where c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'f')
group by c.relname, a.attname, a.atttypid, a.attnum order by c.relname, a.attnum"""
_REFERENCES = """
select distinct c.relname, t.relname, string_agg(a.attname, ', ' order by a.attnum)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and t.relnamespace = 'public'::regnamespace
  and k.conparentid = 0
group by k.oid, c.relname, t.relname order by 1, 2, 3"""


class Catalogue(NamedTuple):
    """Rows of the catalogue: tables with comments, key columns, references."""

    tables: dict[str, str]
    keys: list[tuple[Any, ...]]
    references: list[tuple[Any, ...]]


def read(connection: Connection) -> Catalogue:
    """Read tables, keys and references. Raises ValueError for a table without an area, or an unknown one of an area."""
    tables = {str(name): str(comment) for name, comment in connection.execute(_TABLES).fetchall()}
    named = [name for names in AREAS.values() for name in names]
    odd = sorted(set(tables) ^ set(named))
    if odd:
        raise ValueError(f"tools/data_model.py: AREAS does not match the tables: {', '.join(odd)}")
    return Catalogue(tables, connection.execute(_KEYS).fetchall(), connection.execute(_REFERENCES).fetchall())


def document(found: Catalogue) -> str:
    """Return the document: a diagram and a list of tables for every area."""
    return _INTRO + "".join(_section(area, names, found) for area, names in AREAS.items())


def _section(area: str, names: tuple[str, ...], found: Catalogue) -> str:
    lines = ["```mermaid", "erDiagram"]
    for name in names:
        keys = [key for key in found.keys if key[0] == name]
        lines.append(f"  {name} {{")
        lines += [f"    {_word(kind)} {column}{_marks(is_own, is_other)}" for _, column, kind, is_own, is_other in keys]
        lines.append("  }")
    for source, target, columns in found.references:
        if source in names:
            lines.append(f'  {target} ||--o{{ {source} : "{columns}"')
    lines.append("```")
    told = [f"- `{name}`{_first_sentence(found.tables[name])}" for name in names]
    return "\n".join(["", f"## {area}", "", *lines, "", *told, ""])


def _word(kind: str) -> str:
    return kind.replace(" ", "_")


def _marks(is_own: bool, is_other: bool) -> str:  # noqa: FBT001 - two marks of one row
    marks = [mark for mark, is_set in (("PK", is_own), ("FK", is_other)) if is_set]
    return f" {','.join(marks)}" if marks else ""


def _first_sentence(comment: str) -> str:
    sentence = " ".join(comment.split()).partition(". ")[0].rstrip(".")
    return f": {sentence}" if sentence else ""


def main() -> int:
    """Write the document; return the exit code."""
    try:
        with fresh_database() as dsn, psycopg.connect(dsn) as connection:
            text = document(read(connection))
    except (StackError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    DOCUMENT.write_text(text, encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)}: {sum(len(names) for names in AREAS.values())} tables.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
