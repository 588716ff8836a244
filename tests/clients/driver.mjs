// Drives one version of supabase-js for the tests: reads commands as JSON lines, writes answers and events as JSON lines.
// Arguments: the package to load, the address of the project, its publishable key.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const [packageName, url, key] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const { createClient } = require(packageName)
const WebSocket = require('ws')
const clients = new Map()

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

// The recipe of docs/app-connection.md: one place holds the token, REST and Realtime take it from there.
async function open({ client, token }) {
  const session = { token, sockets: [] }
  class Socket extends WebSocket {
    constructor(...given) {
      super(...given)
      session.sockets.push(this)
    }
  }
  const options = {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: Socket },
  }
  if (token) {
    options.global = {
      fetch: (input, init = {}) => {
        const headers = new Headers(init.headers)
        headers.set('Authorization', `Bearer ${session.token}`)
        return fetch(input, { ...init, headers })
      },
    }
    options.realtime.accessToken = async () => session.token
  }
  const supabase = createClient(url, key, options)
  if (token) await supabase.realtime.setAuth()
  clients.set(client, { supabase, session })
}

const argument = (value) => {
  if (value?.bytes === undefined) return value
  return new Blob([new Uint8Array(value.bytes)], { type: value.type })
}

// A chain such as [["from", "listings"], ["select", "*"]]; a name that is no function is a property, such as storage.
async function call({ client, chain }) {
  let value = clients.get(client).supabase
  for (const [name, ...given] of chain) {
    const member = value[name]
    value = typeof member === 'function' ? member.apply(value, given.map(argument)) : member
  }
  const { data, error, status, count } = await value
  return { data: data instanceof Blob ? { bytes: data.size, type: data.type } : data, error: shown(error), status, count }
}

const shown = (error) =>
  error && {
    name: error.name,
    message: error.message,
    code: error.code,
    status: error.status,
    statusCode: error.statusCode,
  }

async function subscribe({ client, channel, bindings, private: isPrivate }) {
  const { supabase } = clients.get(client)
  let joined = supabase.channel(channel, { config: { private: Boolean(isPrivate) } })
  const tell = (kind) => (payload) => say({ event: kind, client, channel, payload })
  for (const binding of bindings) joined = joined.on('postgres_changes', binding, tell('change'))
  joined = joined.on('system', {}, tell('system'))
  joined.subscribe((status, error) => say({ event: 'status', client, channel, payload: { status, error: error?.message } }))
}

// The network goes away under the client's feet; the client connects again by itself.
async function drop({ client }) {
  clients.get(client).session.sockets.at(-1).terminate()
}

async function change({ client, token }) {
  const { supabase, session } = clients.get(client)
  session.token = token
  await supabase.realtime.setAuth()
}

async function leave({ client, channel }) {
  const { supabase } = clients.get(client)
  return supabase.removeChannel(supabase.getChannels().find(({ topic }) => topic === `realtime:${channel}`))
}

const commands = { open, call, subscribe, drop, change, leave }

for await (const line of createInterface({ input: process.stdin })) {
  const { id, command, ...rest } = JSON.parse(line)
  commands[command](rest).then(
    (result) => say({ id, result: result ?? null }),
    (error) => say({ id, failure: String(error?.stack ?? error) }),
  )
}
process.exit(0)
