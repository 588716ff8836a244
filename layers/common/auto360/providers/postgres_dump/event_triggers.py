"""Event triggers with functions of our schemas. No archive of schemas contains them; emptying a schema drops them.

A project may have its own, which enables row level security on every new table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from auto360.providers.postgres_dump import LeftOut
from auto360.providers.postgres_dump.role_settings import quoted_name, quoted_text

if TYPE_CHECKING:
    import psycopg

QUERY = """
select e.evtname as name, e.evtevent as event, coalesce(e.evttags, '{}') as tags, e.evtenabled::text as enabled,
  n.nspname as schema, p.proname as function, pg_get_functiondef(p.oid) as definition
from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid join pg_namespace n on n.oid = p.pronamespace
where n.nspname = any (%(schemas)s) and n.nspname <> all (%(project)s) order by 1"""
_PROBE = """
create function pg_temp.auto360_probe() returns event_trigger language plpgsql as 'begin end';
create event trigger auto360_probe on sql_drop execute function pg_temp.auto360_probe();
"""
_ENABLED = {"D": "disable", "R": "enable replica", "A": "enable always"}


def restorable(
    connection: psycopg.Connection[Any],
    recorded: Sequence[Mapping[str, Any]],
    *,
    schemas: Sequence[str],
    project: Sequence[str],
    reason: str,
) -> tuple[list[str], list[LeftOut]]:
    """Statements for the event triggers of a backup and for additional ones of the target.

    Where the login may not create any, they are omitted for `reason`.
    """
    import psycopg
    from psycopg.rows import dict_row

    asked = {"schemas": list(schemas), "project": list(project)}
    with connection.cursor(row_factory=dict_row) as cursor:
        there = cursor.execute(cast("Any", QUERY), asked).fetchall()
    names = {str(row["name"]) for row in recorded}
    besides = [row for row in there if row["name"] not in names]
    if not (recorded or besides):
        return [], []
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(cast("Any", _PROBE))
    except psycopg.errors.InsufficientPrivilege:
        return [], [LeftOut("event trigger", str(row["name"]), reason) for row in [*recorded, *besides]]
    return [
        *statements(recorded),
        *(f"{row['definition']};\n{made}" for row in besides for made in statements([row])),
    ], []


def statements(recorded: Iterable[Mapping[str, Any]]) -> list[str]:
    """Create event triggers whose functions exist."""
    made = []
    for row in recorded:
        name, tags = quoted_name(str(row["name"])), ", ".join(quoted_text(str(tag)) for tag in row["tags"])
        function = f"{quoted_name(str(row['schema']))}.{quoted_name(str(row['function']))}()"
        when = f" when tag in ({tags})" if tags else ""
        enabled = _ENABLED.get(str(row["enabled"]))
        after = f"\nalter event trigger {name} {enabled};" if enabled else ""
        made.append(f"create event trigger {name} on {row['event']}{when} execute function {function};{after}")
    return made
