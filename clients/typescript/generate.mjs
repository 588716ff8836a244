// Writes src/schema.ts and src/operations.ts from docs/openapi.json; with --check it fails where they differ from it.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const here = new URL('.', import.meta.url)
const HEAD = '// Generated from docs/openapi.json by `make client-types`. Do not edit.\n\n'
const METHODS = ['get', 'post', 'put', 'delete']

const document = JSON.parse(await readFile(new URL('../../docs/openapi.json', here), 'utf8'))
// What other servers call, and what a monitor calls, is no part of a client.
document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/')))

const codesOf = (response) => {
  const found = response.$ref ? document.components.responses[response.$ref.split('/').at(-1)] : response
  return [...(found.description ?? '').matchAll(/`([a-z_]+)`/g)].map((match) => match[1])
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({ name: `${method} ${path}`, ...item[method] })),
)
const errors = operations.map(({ name, responses }) => {
  const codes = [...new Set(Object.values(responses).flatMap(codesOf))].sort()
  return `  '${name}': ${codes.map((code) => `'${code}'`).join(' | ') || 'never'}`
})
const keyed = operations.filter((one) => one.parameters?.some(({ name }) => name.toLowerCase() === 'idempotency-key'))

const files = {
  'schema.ts': HEAD + astToString(await openapiTS(document)),
  'operations.ts': `${HEAD}/** The codes with which each operation may refuse. */
export interface OperationErrors {
${errors.join('\n')}
}

/** Every code of the API. */
export type ErrorCode = OperationErrors[keyof OperationErrors]

/** Operations that do a thing once however often they are sent with the same Idempotency-Key. */
export const TAKES_IDEMPOTENCY_KEY: ReadonlySet<string> = new Set([
${keyed.map(({ name }) => `  '${name}',`).join('\n')}
])
`,
}

for (const [name, content] of Object.entries(files)) {
  const path = new URL(`src/${name}`, here)
  if (!process.argv.includes('--check')) await writeFile(path, content)
  else if ((await readFile(path, 'utf8').catch(() => '')) !== content) {
    console.error(`clients/typescript/src/${name} is not what docs/openapi.json says: run \`make client-types\`.`)
    process.exitCode = 1
  }
}
