"""Rules that every table, function and policy keeps, read from the catalogue of a migrated database."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.access_scene import Connection
from tests.support.database import Database

TABLES_OF_THE_AUDIT = {
    "accounts", "listings", "car_details", "horse_details", "real_estate_details", "business_accounts",
    "business_members", "listing_likes", "listing_saves", "chat_threads", "chat_messages", "verification_codes",
    "moderation_events", "moderation_queue", "user_consents", "payments", "subscriptions",
}  # fmt: skip

# Rows of these never change: created_at says all.
WITHOUT_UPDATED_AT = {
    "login_failures", "sms_attempts", "sms_limit_hits", "rate_limits", "consent_audit_log", "audit_log",
    "listing_views", "moderation_events", "payment_events", "payment_risk_decisions", "supplier_balances",
    "active_days", "operator_money", "comment_likes", "comment_reactions", "user_behavior", "behavior_days",
    "listing_notices", "quality_hours", "quality_days", "quality_batches", "quality_salts", "quality_senders",
    "quality_drops", "quality_incoming",
}  # fmt: skip
TOUCHED_BY_ANOTHER_TRIGGER = {"public_profiles"}
KEYED_BY_WHAT_THEY_COUNT = {"sms_circuits", "sms_spending", "rate_limits"}

# What policies call runs with the rights of the person who asks.
CALLABLE_BY_USERS = {
    "private.is_rest_user()": {"anon", "authenticated"},
    "private.is_opening_hours(jsonb)": {"authenticated"},
    "private.is_emoji(text)": {"authenticated"},
    "private.max_files(text)": {"authenticated"},
    "private.may_store(text,text)": {"authenticated"},
    "private.my_businesses(text[])": {"authenticated"},
    "private.may_edit_listing(uuid)": {"authenticated"},
    "private.may_see_listing(uuid)": {"anon", "authenticated"},
    "private.may_see_comment(uuid)": {"anon", "authenticated"},
    "private.embeds_are_bounded(text)": {"anon", "authenticated"},
    "private.names_are_bounded(text)": {"anon", "authenticated"},
    "private.my_listings()": {"authenticated"},
    "private.my_threads()": {"authenticated"},
    "private.may_write_to_thread(uuid)": {"authenticated"},
    "private.may_open_thread(uuid,uuid)": {"authenticated"},
    "private.session_is_live()": {"authenticated"},
    "private.check_session()": {"anon", "authenticated"},
    "private.brand_forms(citext)": {"anon", "authenticated"},
    "private.is_same_brand(brand_name,brand_name)": {"anon", "authenticated"},
}

MEGABYTE = 1024 * 1024
BUCKETS = {
    "avatars": (True, 5 * MEGABYTE),
    "listings-thumbnails": (True, 2 * MEGABYTE),
    "listings-videos": (True, 100 * MEGABYTE),
    "business-logos": (True, MEGABYTE),
    "documents": (False, 10 * MEGABYTE),
    "pictures": (True, 3 * MEGABYTE),
}

INDEXES_OF_THE_AUDIT = [
    ("listings", "(category, created_at DESC)"),
    ("listings", "(category, price)"),
    ("listings", "(status, created_at DESC)"),
    ("listings", "(category, created_at DESC) WHERE (status = 'active'::text)"),
    ("listings", "(latitude, longitude)"),
    ("chat_messages", "(thread_id, created_at DESC"),
    ("listing_likes", "(user_id, created_at DESC)"),
    ("listing_saves", "(user_id, created_at DESC)"),
    ("verification_codes", "(expires_at) WHERE (used_at IS NULL)"),
]


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    with psycopg.connect(database.dsn, autocommit=True) as opened:
        yield opened


def names(connection: Connection, query: str) -> set[str]:
    """Return the first column of the answer."""
    return {row[0] for row in connection.execute(query.encode()).fetchall()}


def tables_where(connection: Connection, condition: str) -> set[str]:
    """Return the tables of public for which an expression about `c` holds."""
    return names(
        connection,
        "select c.relname::text from pg_class c where c.relkind in ('r', 'p')"
        f" and c.relnamespace = 'public'::regnamespace and ({condition})",
    )


def test_the_tables_of_the_audit_exist_by_their_names(connection: Connection) -> None:
    assert tables_where(connection, "true") >= TABLES_OF_THE_AUDIT


def test_every_table_has_row_security(connection: Connection) -> None:
    assert tables_where(connection, "not c.relrowsecurity") == set()


def test_every_table_has_a_primary_key(connection: Connection) -> None:
    without = "not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)"
    assert tables_where(connection, without) == set()


def test_primary_keys_are_uuids(connection: Connection) -> None:
    other = """exists (select from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary and a.atttypid <> 'uuid'::regtype)"""
    assert tables_where(connection, other) == KEYED_BY_WHAT_THEY_COUNT


def test_every_table_is_commented(connection: Connection) -> None:
    assert tables_where(connection, "coalesce(obj_description(c.oid), '') = ''") == set()


def test_every_table_says_when_a_row_was_created(connection: Connection) -> None:
    without = """not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'created_at'
        and a.atttypid = 'timestamptz'::regtype and a.attnotnull)"""
    assert tables_where(connection, without) == set()


def test_every_table_whose_rows_change_keeps_the_time_of_the_change(connection: Connection) -> None:
    column = "exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'updated_at')"
    trigger = """exists (select from pg_trigger t where t.tgrelid = c.oid
        and t.tgfoid = 'private.touch_updated_at'::regproc)"""
    assert tables_where(connection, f"not {column}") == WITHOUT_UPDATED_AT
    assert tables_where(connection, f"{column} and not {trigger}") == TOUCHED_BY_ANOTHER_TRIGGER


def test_every_foreign_key_is_indexed(connection: Connection) -> None:
    unindexed = names(
        connection,
        """select k.conrelid::regclass || '.' || k.conname from pg_constraint k
           where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
             select from pg_index i where i.indrelid = k.conrelid and i.indpred is null
               and i.indkey[0] = k.conkey[1])""",
    )
    assert unindexed == set()


def test_every_foreign_key_says_what_happens_on_delete(connection: Connection) -> None:
    undecided = names(
        connection,
        """select conname::text from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
           and confdeltype = 'a' and confrelid <> 'public.public_profiles'::regclass""",
    )
    assert undecided == set(), "only the second keys to public_profiles, which follow those to users, may do nothing"


@pytest.mark.parametrize(("table", "columns"), INDEXES_OF_THE_AUDIT)
def test_the_indexes_of_the_audit_exist(table: str, columns: str, connection: Connection) -> None:
    definitions = names(connection, f"select indexdef from pg_indexes where tablename = '{table}'")

    assert any(columns in definition for definition in definitions)


def test_columns_with_a_few_words_are_checked(connection: Connection) -> None:
    unchecked = names(
        connection,
        """select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
             and a.attname in ('status', 'state', 'kind', 'role', 'category', 'provider', 'action', 'priority')
             and a.attgenerated = '' and not exists (
               select from pg_constraint k
               where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey))""",
    )
    assert unchecked - {"audit_log.action"} == set()


def test_amounts_of_our_money_are_whole_tyiyn(connection: Connection) -> None:
    types = names(
        connection,
        """select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and a.attname like '%\\_tyiyn'
             and a.atttypid <> 'bigint'::regtype""",
    )
    assert types == set()


def functions_where(connection: Connection, condition: str) -> set[str]:
    """Return the functions of our schemas for which an expression about `p` holds."""
    return names(
        connection,
        f"""select n.nspname || '.' || p.proname || '(' || coalesce((
              select string_agg(format_type(t, null), ',' order by o)
              from unnest(p.proargtypes::oid[]) with ordinality as a (t, o)), '') || ')'
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname in ('public', 'private') and ({condition})""",
    )


def test_every_function_has_a_fixed_search_path(connection: Connection) -> None:
    # A body in the standard's form is bound when it is made: no path is searched later.
    loose = """not coalesce(p.proconfig, '{}') && array['search_path=""', 'search_path='] and p.prosqlbody is null"""
    assert functions_where(connection, loose) == set()


def test_every_function_is_commented(connection: Connection) -> None:
    assert functions_where(connection, "coalesce(obj_description(p.oid, 'pg_proc'), '') = ''") == set()


def test_every_argument_has_a_name(connection: Connection) -> None:
    nameless = "p.pronargs > 0 and (p.proargnames is null or '' = any (p.proargnames))"
    assert functions_where(connection, nameless) == set()


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_users_call_only_what_policies_need(role: str, connection: Connection) -> None:
    callable_by_role = functions_where(connection, f"has_function_privilege('{role}', p.oid, 'execute')")

    assert callable_by_role == {name for name, roles in CALLABLE_BY_USERS.items() if role in roles}


def test_no_exposed_function_runs_with_the_rights_of_its_owner(connection: Connection) -> None:
    exposed = "n.nspname = 'public' and p.prosecdef"
    assert functions_where(connection, exposed) == set()


def test_every_policy_names_its_roles_and_there_is_one_per_role_and_command(connection: Connection) -> None:
    for_everybody = names(connection, "select policyname::text from pg_policies where 'public' = any (roles)")
    doubled = names(
        connection,
        """select tablename || ' ' || role || ' ' || cmd from pg_policies cross join unnest(roles) as role
           where permissive = 'PERMISSIVE' group by schemaname, tablename, role, cmd having count(*) > 1""",
    )
    assert (for_everybody, doubled) == (set(), set())


def test_every_table_that_users_write_refuses_sessions_that_have_ended(connection: Connection) -> None:
    written = """select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p')
        and c.relnamespace in ('public'::regnamespace, 'storage'::regnamespace)
        and (has_table_privilege('authenticated', c.oid, 'delete')
          or has_any_column_privilege('authenticated', c.oid, 'insert, update'))
        and exists (select from pg_policy p where p.polrelid = c.oid)"""
    guarded = """select (schemaname || '.' || tablename)::regclass::text from pg_policies
        where permissive = 'RESTRICTIVE' and cmd = 'ALL' and roles = '{authenticated}'
        and qual ~ 'session_is_live' and with_check ~ 'session_is_live'"""
    assert names(connection, written) - names(connection, guarded) == set(), "see request_guards.sql"


def test_nothing_new_is_open_by_itself(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("create table public.fresh (id uuid primary key)")
        connection.execute("create function public.fresh() returns integer language sql as 'select 1'")
        open_to = names(
            connection,
            """select r from unnest(array['anon', 'authenticated', 'service_role']) as r
               where has_table_privilege(r, 'public.fresh', 'select, insert, update, delete')
                 or has_function_privilege(r, 'public.fresh()', 'execute')""",
        )
    assert open_to == set()


def test_buckets_have_limits_of_size_and_type(connection: Connection) -> None:
    rows = connection.execute("select id, public, file_size_limit, allowed_mime_types from storage.buckets").fetchall()

    assert {row[0]: (row[1], row[2]) for row in rows} == BUCKETS
    assert all(row[3] and not any("svg" in kind or "*" in kind for kind in row[3]) for row in rows)


def test_the_publication_holds_what_the_app_listens_to(connection: Connection) -> None:
    published = names(
        connection, "select tablename::text from pg_publication_tables where pubname = 'supabase_realtime'"
    )

    assert published == {
        *("chat_messages", "chat_threads", "notifications", "comments"),
        *("listings", "listing_likes", "listing_saves"),
    }


@pytest.mark.parametrize(
    ("bucket", "folder", "outcome"),
    [
        ("avatars", "own", "uploaded"),
        ("documents", "own", "uploaded"),
        ("avatars", "foreign", "refused"),
        ("other", "own", "refused"),
    ],
)
def test_a_user_uploads_into_his_own_folder_only(
    bucket: str, folder: str, outcome: str, connection: Connection
) -> None:
    user = "00000000-0000-4000-8000-000000000001"
    name = f"{user if folder == 'own' else user[:-1] + '2'}/a.png"
    with connection.transaction(force_rollback=True):
        connection.execute("insert into storage.buckets (id, name) values ('other', 'other')")
        connection.execute("insert into accounts (id, phone) values (%s, '+996700990077')", [user])
        session = "insert into auth_sessions (user_id, expires_at) values (%s, now() + '1 day') returning id::text"
        row = connection.execute(session.encode(), [user]).fetchone()
        assert row is not None
        claims = json.dumps({"sub": user, "session_id": row[0]})
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        try:
            connection.execute("insert into storage.objects (bucket_id, name) values (%s, %s)", [bucket, name])
            result = "uploaded"
        except psycopg.errors.InsufficientPrivilege:
            result = "refused"
    assert result == outcome
