"""Checks of the database that a restore or a new project may leave wrong, through the login for dumps."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from infra.artifact import ROOT
from infra.doctor import Variables, Wrong, check

_SECONDS = 10
_CREATED = re.compile(r"create extension if not exists (\w+) with schema extensions")
_GUARDED = """
select exists (
  select from pg_default_acl d where d.defaclrole = current_user::regrole and d.defaclnamespace = 0
    and d.defaclobjtype = 'f' and not exists (select from aclexplode(d.defaclacl) a where a.grantee = 0))
"""
_EXTENSIONS = """
select extname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where nspname = 'extensions'
"""
_OPEN_TABLES = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity order by relname
"""


@check(
    "new functions",
    needs=("BACKUP_DATABASE_URL",),
    advice="Run `alter default privileges revoke execute on functions from public` in the SQL editor, as `postgres`.",
)
def new_functions(variables: Variables) -> str:
    """Check that functions of later migrations are not callable by everybody: dumps lack this setting."""
    if not _rows(variables, _GUARDED)[0][0]:
        raise Wrong("the public key may call functions created from now on")
    return "are closed until a migration opens them"


@check(
    "tables of the app",
    needs=("BACKUP_DATABASE_URL",),
    advice="Run `alter table public.<name> enable row level security` in the SQL editor, and find its creator.",
)
def tables(variables: Variables) -> str:
    """Check that every table of schema public has row level security."""
    found = [row[0] for row in _rows(variables, _OPEN_TABLES)]
    if found:
        raise Wrong(f"without row level security: {', '.join(found[:5])}")
    return "row level security is on for all"


@check(
    "extensions",
    needs=("BACKUP_DATABASE_URL",),
    advice="Run `create extension <name> with schema extensions` in the SQL editor.",
)
def extensions(variables: Variables) -> str:
    """Check that the migrations' extensions exist in their schema: dumps of single schemas lack them."""
    query = (
        "select extname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where nspname = 'extensions'"
    )
    missing = sorted(set(wanted_extensions()) - {row[0] for row in _rows(variables, query)})
    if missing:
        raise Wrong(f"not in schema extensions: {', '.join(missing)}")
    return ", ".join(wanted_extensions())


@cache
def wanted_extensions() -> tuple[str, ...]:
    """Return the extensions that the first migration creates unconditionally."""
    (first, *_) = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
    lines = first.read_text(encoding="utf-8").splitlines()
    return tuple(found[1] for line in lines if (found := _CREATED.match(line)))


def _rows(variables: Variables, query: str) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(variables["BACKUP_DATABASE_URL"], connect_timeout=_SECONDS) as connection:
        return connection.execute(query.encode()).fetchall()
