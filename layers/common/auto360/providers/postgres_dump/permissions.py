"""Permissions of a login on tables, policies and publications of the platform. The rest is omitted by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from auto360.providers.postgres_dump import ClusterMetadata, LeftOut, TableChecksum, event_triggers
from auto360.providers.postgres_dump.role_settings import RoleSetting, settings_of
from auto360.providers.postgres_dump.toc import OF_THE_PROJECT, RECORDS, TocEntry

if TYPE_CHECKING:
    import psycopg

NOT_READABLE = "the login may not read it"
NOT_WRITABLE = "the login may not write it"
NO_OWNER = "the login does not own it"
NOT_THERE = "the project does not have it"
ELSEWHERE = "its tables are not part of the backup"
# Our rows in schemas of the platform. A backup contains them regardless of its login's permissions.
_OURS = ("storage.buckets", "storage.objects")

_PROJECT = tuple(f"{schema}." for schema in OF_THE_PROJECT)
_RELATIONS = """
select format('%%I.%%I', n.nspname, c.relname),
  case when not has_schema_privilege(n.oid, 'usage') then false
    when c.relkind = 'S' then has_sequence_privilege(c.oid, 'select')
    else has_table_privilege(c.oid, 'select') end,
  case when not has_schema_privilege(n.oid, 'usage') then false
    when c.relkind = 'S' then has_sequence_privilege(c.oid, 'update')
    else has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'delete') end
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any (%(schemas)s) and c.relkind = any (%(kinds)s) and c.relpersistence = 'p'
  and not exists (select from pg_depend d
    where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
order by 1
"""
_PUBLICATIONS = "select pubname, not puballtables and pg_has_role(pubowner, 'usage') from pg_publication"
_CREATES = "select has_database_privilege(current_database(), 'create')"
_MAY_TRIGGER = "select has_table_privilege(to_regclass(%(table)s), 'trigger')"
_EXTENSIONS = "select extname from pg_extension"


@dataclass(frozen=True)
class Permitted:
    """Platform parts that a restore may write: names of relations, of tables that take policies, of extensions."""

    relations: frozenset[str]
    policies: frozenset[str]
    extensions: frozenset[str]
    publications: Mapping[str, Sequence[str]]
    settings: Sequence[RoleSetting]
    triggers: Sequence[str]
    event_triggers: Sequence[str]
    left_out: Sequence[LeftOut]

    def takes(self, entry: TocEntry) -> bool:
        """Return True for a platform entry of an archive that is restored."""
        name = f"{entry.schema}.{entry.name}"
        return name in (self.policies if entry.kind == "POLICY" else self.relations)


def left_out_tables(connection: psycopg.Connection[Any], schemas: Sequence[str]) -> list[LeftOut]:
    """Tables of the platform that a backup omits, unless empty; never those of our own schemas."""
    found = []
    for name, readable, writable in _relations(connection, [s for s in schemas if s in OF_THE_PROJECT], ("r",)):
        if name in _OURS or (readable and (writable or name in RECORDS or not _has_rows(connection, name))):
            continue
        found.append(LeftOut("table", name, NOT_WRITABLE if readable else NOT_READABLE))
    return found


def own_publications(cluster: ClusterMetadata, tables: Iterable[str]) -> tuple[dict[str, list[str]], list[LeftOut]]:
    """Publications by name with their tables in the backup. Older manifests list the platform's as well."""
    held, kept, left = set(tables), {}, []
    for publication in cluster.publications:
        name, listed = str(publication["name"]), [str(table) for table in publication["tables"]]
        kept[name] = [table for table in listed if table in held]
        if listed and not kept[name]:
            del kept[name]
            left.append(LeftOut("publication", name, ELSEWHERE))
    return kept, left


def permitted(
    connection: psycopg.Connection[Any],
    *,
    schemas: Sequence[str],
    tables: Mapping[str, TableChecksum],
    cluster: ClusterMetadata,
    entries: Sequence[TocEntry],
) -> Permitted:
    """Query the permissions of the target's login, before anything is changed there.

    A table of the platform that is empty on both sides is not touched.
    """
    found = _relations(connection, OF_THE_PROJECT, ("r", "p", "S"))
    writable = {name: reads and writes for name, reads, writes in found}
    theirs = [name for name in tables if name.startswith(_PROJECT) and name not in RECORDS]
    untouched = {
        name for name in theirs
        if not tables[name].rows and not (writable.get(name) and _has_rows(connection, name))
    }  # fmt: skip
    wanted = {name: "table" for name in theirs if name not in untouched}
    wanted |= {f"{entry.schema}.{entry.name}": "sequence" for entry in entries if entry.kind == "SEQUENCE SET"}
    left = [
        LeftOut(kind, name, NOT_WRITABLE if name in writable else NOT_THERE)
        for name, kind in wanted.items()
        if name.startswith(_PROJECT) and not writable.get(name)
    ]
    policies, refused = _with_policies(connection, cluster, entries)
    extensions, missing = _extensions(connection, cluster)
    publications, not_ours = _publications(connection, cluster, tables)
    settings, kept_back = _settings(connection, cluster)
    relations = frozenset(name for name, may in writable.items() if may and name not in untouched)
    triggers, forbidden = _triggers(connection, cluster)
    ours, unmakable = event_triggers.restorable(
        connection, cluster.event_triggers, schemas=schemas, project=OF_THE_PROJECT, reason=NOT_WRITABLE
    )
    left += [*refused, *missing, *not_ours, *kept_back, *forbidden, *unmakable]
    return Permitted(relations, policies, extensions, publications, settings, triggers, ours, left)


def _relations(
    connection: psycopg.Connection[Any], schemas: Sequence[str], kinds: Sequence[str]
) -> list[tuple[str, bool, bool]]:
    asked = {"schemas": list(schemas), "kinds": list(kinds)}
    return connection.execute(cast("Any", _RELATIONS), asked).fetchall()


def _has_rows(connection: psycopg.Connection[Any], table: str) -> bool:
    row = connection.execute(cast("Any", f"select exists (select from {table})")).fetchone()
    return row == (True,)


def _with_policies(
    connection: psycopg.Connection[Any], cluster: ClusterMetadata, entries: Sequence[TocEntry]
) -> tuple[frozenset[str], list[LeftOut]]:
    """Try it: a hosted project allows policies on tables of other owners."""
    asked = {f"{entry.schema}.{entry.name}" for entry in entries if entry.kind == "POLICY"}
    asked = {name for name in asked if name.startswith(_PROJECT)}
    asked |= {f"{policy['schema']}.{policy['table']}" for policy in cluster.policies}
    there = connection.execute(
        "select distinct schemaname || '.' || tablename from pg_policies where schemaname = any (%s)",
        [list(OF_THE_PROJECT)],
    ).fetchall()
    taking, left = set(), []
    for name in sorted(asked | {row[0] for row in there}):
        schema, _, table = name.partition(".")
        reason = _refusal(connection, "create policy auto360_probe on {}.{} for select using (false)", schema, table)
        if reason is None:
            taking.add(name)
        else:
            left.append(LeftOut("policies", name, reason))
    return frozenset(taking), left


def _extensions(connection: psycopg.Connection[Any], cluster: ClusterMetadata) -> tuple[frozenset[str], list[LeftOut]]:
    """Extensions that are missing and can be created; a dump of schemas creates none."""
    there = {row[0] for row in connection.execute(_EXTENSIONS).fetchall()}
    making, left = set(), []
    for row in cluster.extensions:
        name, schema = str(row["name"]), str(row["schema"])
        if name in there:
            continue
        reason = _refusal(connection, "create extension {} with schema {}", name, schema)
        if reason is None:
            making.add(name)
        else:
            left.append(LeftOut("extension", name, reason))
    return frozenset(making), left


def _publications(
    connection: psycopg.Connection[Any], cluster: ClusterMetadata, tables: Iterable[str]
) -> tuple[dict[str, list[str]], list[LeftOut]]:
    held, left = own_publications(cluster, tables)
    ours = dict(connection.execute(_PUBLICATIONS).fetchall())
    row = connection.execute(_CREATES).fetchone()
    kept = {}
    for name, listed in held.items():
        if ours.get(name, bool(row and row[0])):
            kept[name] = listed
        else:
            left.append(LeftOut("publication", name, NO_OWNER))
    return kept, left


def _settings(connection: psycopg.Connection[Any], cluster: ClusterMetadata) -> tuple[list[RoleSetting], list[LeftOut]]:
    """Settings of roles made by us for PostgREST; all others are the project's own."""
    kept, left = [], []
    for setting in (setting for role in cluster.roles for setting in settings_of(role)):
        if setting.key.startswith("pgrst."):
            reason = _refusal(connection, "alter role {} set {} = ''", setting.role, setting.key)
            if reason is None:
                kept.append(setting)
            else:
                left.append(LeftOut("setting", f"{setting.role} {setting.key}", reason))
    return kept, left


def _triggers(connection: psycopg.Connection[Any], cluster: ClusterMetadata) -> tuple[list[str], list[LeftOut]]:
    """Definitions of our triggers on tables of the platform where the login may create them."""
    kept, left = [], []
    for row in cluster.triggers:
        name = f"{row['schema']}.{row['table']}"
        allowed = connection.execute(_MAY_TRIGGER, {"table": name}).fetchone()
        if allowed == (True,):
            kept.append(str(row["definition"]))
        else:
            left.append(LeftOut("trigger", f"{name} {row['name']}", NOT_THERE if allowed == (None,) else NOT_WRITABLE))
    return kept, left


def _refusal(connection: psycopg.Connection[Any], statement: str, *names: str) -> str | None:
    """Run a statement and roll it back; returns the database's refusal."""
    import psycopg
    from psycopg import sql

    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL(cast("Any", statement)).format(*(sql.Identifier(name) for name in names)))
    except psycopg.errors.InsufficientPrivilege:
        return NOT_WRITABLE
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFile):
        return NOT_THERE
    except psycopg.errors.FeatureNotSupported:
        return NOT_THERE
    return None
