"""Catalogue queries: tables, their proofs, and the parts beside the schemas."""

from auto360.providers.postgres_dump import event_triggers

# Casts in a hash must not depend on the session.
SESSION = """
set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1;
set bytea_output = 'hex'; set statement_timeout = 0; set lock_timeout = '60s';
set idle_in_transaction_session_timeout = 0;
"""

# Ordinary tables and partitions, without those of extensions. A row is hashed by its columns in order. Columns whose
# type has no hash function are hashed as text, and so are enums, since their hash differs in each database.
TABLES = """
select format('%%I.%%I', n.nspname, c.relname),
  'row(' || string_agg(quote_ident(a.attname) || case when b.typname = any (array[
      'bool', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'uuid', 'text', 'varchar', 'bpchar', 'name',
      'char', 'bytea', 'date', 'time', 'timestamp', 'timestamptz', 'interval', 'jsonb', 'inet', 'oid',
      '_text', '_uuid', '_int4', '_int8', '_varchar']) then '' else '::text' end, ', ' order by a.attnum) || ')'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
where n.nspname = any (%(schemas)s) and c.relkind = 'r' and c.relpersistence = 'p'
  and not exists (select from pg_depend d
    where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
group by n.nspname, c.relname, c.oid order by pg_table_size(c.oid) desc
"""

# Of dumped tables with their indexes and TOAST; a restored database has no dead rows, this one does.
SIZE = """
select coalesce(sum(pg_table_size(c.oid)), 0)::bigint, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any (%(schemas)s) and c.relkind in ('r', 'm') and c.relpersistence = 'p'
"""

CLUSTER = {
    "roles": """
select rolname as name, rolsuper as super, rolinherit as inherit, rolcreaterole as createrole,
  rolcreatedb as createdb, rolcanlogin as login, rolreplication as replication, rolbypassrls as bypassrls,
  coalesce((select s.setconfig from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0), '{}')
    as settings
from pg_roles r where rolname !~ '^pg_' order by 1""",
    "memberships": """
select g.rolname as role, m.rolname as member from pg_auth_members a
join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member where g.rolname !~ '^pg_' order by 1, 2""",
    "extensions": """
select e.extname as name, n.nspname as schema, e.extversion as version from pg_extension e
join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql' order by 1""",
    "publications": """
select p.pubname as name, coalesce(array_agg(t.schemaname || '.' || t.tablename order by t.schemaname, t.tablename)
  filter (where t.tablename is not null), '{}') as tables,
  not p.puballtables and pg_has_role(p.pubowner, 'usage') as ours
from pg_publication p left join pg_publication_tables t on t.pubname = p.pubname
group by p.oid, p.pubname order by 1""",
    "policies": """
select schemaname as schema, tablename as table, policyname as name, permissive, roles::text[] as roles, cmd, qual,
  with_check from pg_policies where schemaname <> all (%(schemas)s) order by 1, 2, 3""",
    "event_triggers": event_triggers.QUERY,
    # Triggers on foreign tables with our functions: dropped with our schemas, while their tables stay.
    "triggers": """
select n.nspname as schema, c.relname as table, t.tgname as name, pg_get_triggerdef(t.oid) as definition
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace
where not t.tgisinternal and f.nspname = any (%(schemas)s) and f.nspname <> all (%(project)s)
  and (n.nspname = any (%(project)s) or n.nspname <> all (%(schemas)s)) order by 1, 2, 3""",
}


def proof(table: str, expression: str) -> str:
    """Return the query that scans a table once: its rows, and the sum of their hashes."""
    return f"select count(*), coalesce(sum(hash_record_extended({expression}, 0)::numeric), 0)::text from only {table}"
