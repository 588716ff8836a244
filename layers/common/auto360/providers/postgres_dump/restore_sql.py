"""SQL before and after an archive, in the one transaction of a restore."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from auto360.providers.postgres_dump import ClusterMetadata, TableChecksum
from auto360.providers.postgres_dump.catalogue import SESSION, proof
from auto360.providers.postgres_dump.role_settings import RoleSetting, settings_of
from auto360.providers.postgres_dump.role_settings import quoted_name as _name
from auto360.providers.postgres_dump.role_settings import quoted_text as _text
from auto360.providers.postgres_dump.toc import OF_THE_PROJECT

MARK = "ContentDiffers"

# As in every new database; the archive's own entry would lack the built-in part.
_EMPTY_PUBLIC = """create schema if not exists public;
do $auto360$ begin alter schema public owner to pg_database_owner;
exception when insufficient_privilege then null; end $auto360$;
grant usage on schema public to public;
"""


def opening(extensions: str = "") -> str:
    """Begin; disable triggers and foreign keys of the project's own tables during the restore.

    Extensions are created before: a project's event triggers, disabled as well, add their grants.
    """
    resting = "set local session_replication_role = replica;\nset local check_function_bodies = off;\n"
    return f"begin;\n{SESSION}\n{extensions}{resting}"


def extensions(cluster: ClusterMetadata, missing: Collection[str]) -> str:
    """Create missing extensions; a dump of schemas contains none."""
    return "".join(
        f"create extension if not exists {_name(str(row['name']))} with schema {_name(str(row['schema']))};\n"
        for row in cluster.extensions
        if row["name"] in missing
    )


def libraries(cluster: ClusterMetadata) -> str:
    """Load libraries that define settings: without them only a superuser may create a function that uses one."""
    return "".join(
        _quietly(f"perform {_name(str(row['schema']))}.similarity('a', 'a')", "undefined_function") + "\n"
        for row in cluster.extensions
        if row["name"] == "pg_trgm"
    )


def emptied_project(schemas: Sequence[str], *, tables: Iterable[str], policies: Iterable[str]) -> str:
    """Remove our content of an existing project: our schemas whole, of its own ones the rows and policies.

    `tables` and `policies` name the tables of the project whose rows and policies the login may remove.
    """
    ours = [name for name in schemas if name not in OF_THE_PROJECT]
    dropped = "".join(f"drop schema if exists {_name(name)} cascade;\n" for name in ours)
    dropped += _EMPTY_PUBLIC
    emptied = "".join(f"delete from {table};\n" for table in tables)
    listed = ", ".join(_text(name) for name in policies if name.split(".")[0] in OF_THE_PROJECT)
    return (
        f"{dropped}set local storage.allow_delete_query = 'true';\n{emptied}"
        "do $auto360$ declare p record; begin\n"
        f"for p in select * from pg_policies"
        f" where schemaname || '.' || tablename = any (array[{listed}]::text[]) loop\n"
        "execute format('drop policy %I on %I.%I', p.policyname, p.schemaname, p.tablename);\n"
        "end loop; end $auto360$;\n"
    )


def blank_cluster(cluster: ClusterMetadata, schemas: Sequence[str]) -> str:
    """Create the parts of a project on a bare Postgres: roles without passwords, schemas and extensions."""
    lines = [_role(role) for role in cluster.roles]
    lines += [_membership(row) for row in cluster.memberships]
    for row in cluster.extensions:
        if row["schema"] not in (*schemas, "pg_catalog"):
            lines.append(f"create schema if not exists {_name(row['schema'])};")
    lines += [_extension(row) for row in cluster.extensions]
    return "\n".join(lines) + "\n"


def beside(
    publications: Mapping[str, Sequence[str]],
    policies: Iterable[Mapping[str, object]],
    settings: Iterable[RoleSetting] = (),
    triggers: Iterable[str] = (),
) -> str:
    """Return SQL for parts without an entry in the archive.

    Publications, policies in other schemas, settings for PostgREST, our triggers on tables of the project, and
    default privileges without a schema: new functions are granted to no role.
    """
    lines = ["alter default privileges revoke execute on functions from public;"]
    for name, tables in publications.items():
        lines.append(_quietly(f"create publication {_name(name)}", "duplicate_object"))
        if tables:
            listed = ", ".join(".".join(_name(part) for part in table.split(".", 1)) for table in tables)
            lines.append(f"alter publication {_name(name)} set table {listed};")
    lines += [_policy(policy) for policy in policies]
    lines += [f"{setting.statement};" for setting in settings]
    lines += [f"{definition.rstrip(';')};" for definition in triggers]
    return "\n".join(lines) + "\n"


def proofs(tables: Mapping[str, TableChecksum]) -> str:
    """Compare every table with the manifest; the first difference aborts the transaction with the table's name."""
    return "".join(proof_of(table, facts, target=table) for table, facts in tables.items())


def proof_of(table: str, facts: TableChecksum, *, target: str) -> str:
    """Compare one table, perhaps under another name.

    Older manifests hash enums by a number that differs in each database: tables with one are counted only.
    """
    uncast = (
        "select from pg_attribute a join pg_type t on t.oid = a.atttypid where t.typtype = 'e' and a.attnum > 0"
        f" and not a.attisdropped and a.attrelid = {_text(target)}::regclass"
        f" and position(quote_ident(a.attname) || '::text' in {_text(facts.expression)}) = 0"
    )
    return (
        "do $auto360$ declare n bigint; h text; begin\n"
        f"{proof(target, facts.expression).replace(' from only ', ' into n, h from only ')};\n"
        f"if n <> {int(facts.rows)} then raise exception '{MARK}: % has % rows instead of {int(facts.rows)}',"
        f" {_text(table)}, n; end if;\n"
        f"if h <> {_text(facts.hash)} and not exists ({uncast}) then"
        f" raise exception '{MARK}: % has other rows than the backup', {_text(table)}; end if;\nend $auto360$;\n"
    )


def added(source: str, *, to: str) -> str:
    """Add the rows with missing keys, as ordinary inserts: foreign keys apply, triggers update counters."""
    return (
        "set local session_replication_role = origin;\n"
        "do $auto360$ declare c text; begin\n"
        "select string_agg(quote_ident(attname), ', ') into c from pg_attribute\n"
        f"where attrelid = '{to}'::regclass and attnum > 0 and not attisdropped and attgenerated = '';\n"
        f"execute 'insert into {to} (' || c || ') overriding system value select ' || c ||\n"
        f"' from {source} on conflict do nothing';\nend $auto360$;\n"
    )


def closing() -> str:
    """Commit, and reload settings and schema of PostgREST."""
    return "commit;\nnotify pgrst, 'reload config';\nnotify pgrst, 'reload schema';\n"


def _role(role: Mapping[str, object]) -> str:
    name = _name(str(role["name"]))
    options = " ".join(
        word if role[key] else f"no{word}"
        for key, word in (
            ("super", "superuser"),
            ("inherit", "inherit"),
            ("createrole", "createrole"),
            ("createdb", "createdb"),
            ("login", "login"),
            ("replication", "replication"),
            ("bypassrls", "bypassrls"),
        )
    )
    made = _quietly(f"create role {name} {options}", "duplicate_object")
    # A drill's server has other libraries and settings.
    kept = [setting for setting in settings_of(role) if not setting.key.endswith("_preload_libraries")]
    return made + "".join(f"\n{_quietly(setting.statement, 'undefined_object')}" for setting in kept)


def _membership(row: Mapping[str, object]) -> str:
    return f"grant {_name(str(row['role']))} to {_name(str(row['member']))};"


def _extension(row: Mapping[str, object]) -> str:
    statement = f"create extension if not exists {_name(str(row['name']))} with schema {_name(str(row['schema']))}"
    # No table needs an extension that this server lacks, such as pg_cron.
    return _quietly(statement, "undefined_file or feature_not_supported or invalid_schema_name")


def _policy(policy: Mapping[str, object]) -> str:
    table = f"{_name(str(policy['schema']))}.{_name(str(policy['table']))}"
    roles = ", ".join("public" if role == "public" else _name(str(role)) for role in policy["roles"])  # type: ignore[attr-defined]
    using = f" using ({policy['qual']})" if policy["qual"] else ""
    check = f" with check ({policy['with_check']})" if policy["with_check"] else ""
    name = _name(str(policy["name"]))
    made = f"create policy {name} on {table} as {policy['permissive']} for {policy['cmd']} to {roles}{using}{check}"
    dropped = _quietly(f"drop policy if exists {name} on {table}", "undefined_table or invalid_schema_name")
    return f"{dropped}\n{_quietly(made, 'undefined_table or invalid_schema_name')}"


def _quietly(statement: str, conditions: str) -> str:
    return f"do $auto360$ begin {statement}; exception when {conditions} then null; end $auto360$;"
