// Writes src/database.ts, supabase-js's type of the schema, with Supabase's own generator; with --check it fails where
// the file differs. The argument is the address of a migrated database, read as its owner.
import { readFile, writeFile } from 'node:fs/promises'
import { generateTypescript, sortGeneratorMetadata } from '@supabase/postgrest-typegen/generation'
import { introspect } from '@supabase/postgrest-typegen/introspection'
import pg from 'pg'

const HEAD = '// Generated from the schema by `make client-types`. Do not edit.\n\n'
const FILE = new URL('src/database.ts', import.meta.url)

// The app meets what guests and signed-in people may use, and nothing else.
const USABLE_RELATIONS = `
select c.oid::int as id from pg_class c cross join (values ('anon'), ('authenticated')) as role (name)
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f')
  and has_any_column_privilege(role.name, c.oid, 'select, insert, update')`
const USABLE_COLUMNS = `
select c.oid::int || '.' || a.attnum as id
from pg_class c join pg_attribute a on a.attrelid = c.oid cross join (values ('anon'), ('authenticated')) as role (name)
where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
  and has_column_privilege(role.name, c.oid, a.attnum, 'select, insert, update')`
const WRITABLE_COLUMNS = USABLE_COLUMNS.replace("'select, insert, update'", "'insert, update'")
const USABLE_FUNCTIONS = `
select p.oid::int as id from pg_proc p cross join (values ('anon'), ('authenticated')) as role (name)
where p.pronamespace = 'public'::regnamespace and has_function_privilege(role.name, p.oid, 'execute')`

const pool = new pg.Pool({ connectionString: process.argv[2], max: 1 })
const idsOf = async (query) => new Set((await pool.query(query)).rows.map(({ id }) => id))
try {
  const relations = await idsOf(USABLE_RELATIONS)
  const columns = await idsOf(USABLE_COLUMNS)
  const writable = await idsOf(WRITABLE_COLUMNS)
  const functions = await idsOf(USABLE_FUNCTIONS)
  const found = await introspect(pool, { includedSchemas: ['public'] })
  const usable = {
    ...found,
    tables: found.tables.filter(({ id }) => relations.has(id)),
    views: found.views.filter(({ id }) => relations.has(id)),
    // The generator gives generated columns the type `never` in writes; so is a column without a grant.
    columns: found.columns
      .filter(({ id }) => columns.has(id))
      .map((one) => (writable.has(one.id) ? one : { ...one, is_generated: true, is_updatable: false })),
    functions: found.functions.filter(({ id }) => functions.has(id)),
  }
  const names = new Set([...usable.tables, ...usable.views].map(({ name }) => name))
  usable.relationships = found.relationships.filter(
    ({ relation, referenced_relation }) => names.has(relation) && names.has(referenced_relation),
  )
  const content = HEAD + (await generateTypescript(sortGeneratorMetadata(usable), {
    postgrestVersion: '12',
    detectOneToOneRelationships: true,
  }))
  if (!process.argv.includes('--check')) await writeFile(FILE, content)
  else if ((await readFile(FILE, 'utf8').catch(() => '')) !== content) {
    console.error('clients/typescript/src/database.ts is not what the schema says: run `make client-types`.')
    process.exitCode = 1
  }
} finally {
  await pool.end()
}
