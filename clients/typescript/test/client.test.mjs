// The client against a scripted API: every test says what comes back, and looks at what was sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, memoryStore } from '../build/index.js'

const NOW = 1_800_000_000_000
const session = (life = 3600) => ({ token: 'old', refreshToken: 'refresh-1', expiresAt: NOW + life * 1000 })
const success = (data) => new Response(JSON.stringify({ success: true, data }), { status: 200 })
const refusal = (status, code, more = {}, headers = {}) =>
  new Response(JSON.stringify({ success: false, error: 'Нет', code, request_id: 'r1', ...more }), { status, headers })
const lost = () => {
  throw new TypeError('fetch failed')
}
const tokens = (name) => success({ token: name, refreshToken: `refresh of ${name}`, expiresIn: 3600 })

function scripted(answers, options = {}) {
  const sent = []
  const pauses = []
  const store = options.store ?? memoryStore()
  const heard = []
  const api = createClient({
    baseUrl: 'https://api.test/api',
    now: () => NOW,
    random: () => 1,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    newKey: () => `key-${sent.length}`,
    onToken: (token) => heard.push(token),
    fetch: async (url, init) => {
      sent.push({ url, ...init })
      const next = answers.shift()
      assert.ok(next, `nobody expected ${init.method} ${url}`)
      return next(init)
    },
    ...options,
    store,
  })
  return { api, sent, pauses, store, heard }
}

test('an answer is its data, and the address is filled', async () => {
  const { api, sent } = scripted([() => success({ id: 'x' })])
  const result = await api.request('get', '/api/listings/{listing_id}', { path: { listing_id: 'a/b' } })
  assert.deepEqual(result, { ok: true, data: { id: 'x' } })
  assert.equal(sent[0].url, 'https://api.test/api/listings/a%2Fb')
  assert.equal(sent[0].headers.Authorization, undefined)
})

test('an id from a link leads to no other route', async () => {
  for (const id of ['..', '.', '', '../like', '%2e%2e', '..\\', '?x=1', '#x']) {
    const { api, sent } = scripted([() => refusal(404, 'not_found')])
    await api.request('get', '/api/listings/{listing_id}', { path: { listing_id: id } })
    const { pathname, search, hash } = new URL(sent[0].url)
    assert.match(pathname, /^\/api\/listings\/[^/]+$/, id)
    assert.equal(search + hash, '')
  }
})

test('a query leaves out what is not set', async () => {
  const { api, sent } = scripted([() => success({})])
  await api.request('get', '/api/listings/search', { query: { q: 'Camry', price_min: undefined } })
  assert.equal(new URL(sent[0].url).search, '?q=Camry')
})

test('a refusal carries code, sentence, details and the id for support', async () => {
  const details = [{ field: 'price', message: 'Слишком мало' }]
  const { api, sent } = scripted([() => refusal(422, 'validation_failed', { details })])
  const { failure } = await api.request('post', '/api/listings', { body: {} })
  assert.deepEqual(failure, { code: 'validation_failed', message: 'Нет', status: 422, details, requestId: 'r1' })
  assert.equal(sent.length, 1)
})

test('a read is repeated with growing pauses until it succeeds', async () => {
  const { api, sent, pauses } = scripted([lost, () => refusal(503, 'service_unavailable'), () => success([])])
  assert.equal((await api.request('get', '/api/listings', {})).ok, true)
  assert.equal(sent.length, 3)
  assert.deepEqual(pauses, [500, 1000])
})

test('attempts end, and the last failure is told', async () => {
  const { api, sent } = scripted([lost, lost, lost, lost])
  const { failure } = await api.request('get', '/api/listings', {})
  assert.deepEqual([failure.code, failure.status, sent.length], ['network', 0, 4])
})

test('a write with a key is repeated with the same key and body', async () => {
  const { api, sent } = scripted([lost, () => refusal(500, 'internal'), () => success({ id: 'x' })])
  await api.request('post', '/api/listings', { body: { title: 'Camry' } })
  assert.deepEqual(new Set(sent.map(({ headers }) => headers['Idempotency-Key'])), new Set(['key-0']))
  assert.deepEqual(new Set(sent.map(({ body }) => body)), new Set(['{"title":"Camry"}']))
})

test('two calls have two keys, and a key of the caller is taken', async () => {
  const { api, sent } = scripted([() => success({}), () => success({}), () => success({})])
  await api.request('post', '/api/listings', { body: {} })
  await api.request('post', '/api/listings', { body: {} })
  await api.request('post', '/api/listings', { body: {}, idempotencyKey: 'mine' })
  assert.deepEqual(sent.map(({ headers }) => headers['Idempotency-Key']), ['key-0', 'key-1', 'mine'])
})

test('a write without a key is not repeated when nobody knows what became of it', async () => {
  for (const answer of [lost, () => refusal(503, 'service_unavailable'), () => new Response('<html>', { status: 502 })]) {
    const { api, sent } = scripted([answer])
    const result = await api.request('post', '/api/business', { body: {} })
    assert.equal(result.ok, false)
    assert.equal(sent.length, 1)
  }
})

test('a write that was refused untouched is repeated when the API says when', async () => {
  const { api, sent, pauses } = scripted([() => refusal(429, 'rate_limited', { retryAfter: 3 }), () => success({})])
  assert.equal((await api.request('post', '/api/business', { body: {} })).ok, true)
  assert.deepEqual([sent.length, pauses], [2, [3000]])
})

test('a limit that lasts long, or that tells no end, is told at once', async () => {
  for (const more of [{ retryAfter: 900 }, {}]) {
    const { api, sent } = scripted([() => refusal(429, 'otp_locked', more)])
    const { failure } = await api.request('get', '/api/listings', {})
    assert.deepEqual([failure.code, failure.retryAfter, sent.length], ['otp_locked', more.retryAfter, 1])
  }
})

test('what is no answer of the API is told as unreadable', async () => {
  const { api } = scripted([() => new Response('<html>', { status: 200 })])
  const { failure } = await api.request('post', '/api/business', { body: {} })
  assert.deepEqual([failure.code, failure.status], ['unreadable', 200])
})

test('a token that ends soon is exchanged before the request', async () => {
  const { api, sent, store, heard } = scripted([() => tokens('new'), () => success({})], {
    store: memoryStore(session(30)),
  })
  await api.request('get', '/api/auth/me', {})
  assert.deepEqual(sent.map(({ url }) => new URL(url).pathname), ['/api/auth/refresh', '/api/auth/me'])
  assert.equal(sent[1].headers.Authorization, 'Bearer new')
  assert.deepEqual(await store.load(), { token: 'new', refreshToken: 'refresh of new', expiresAt: NOW + 3_600_000 })
  assert.deepEqual(heard, ['new'])
})

test('a token that is refused is exchanged once for all requests that wait', async () => {
  const me = (init) =>
    init.headers.Authorization === 'Bearer new' ? success({}) : refusal(401, 'authentication_required')
  const answer = (init) => (init.method === 'POST' ? tokens('new') : me(init))
  const { api, sent } = scripted(Array(7).fill(answer), { store: memoryStore(session()) })
  const results = await Promise.all([1, 2, 3].map(() => api.request('get', '/api/auth/me', {})))
  assert.deepEqual(results.map(({ ok }) => ok), [true, true, true])
  assert.equal(sent.filter(({ url }) => url.endsWith('/refresh')).length, 1)
})

test('a write that met an expired token goes on with the same key', async () => {
  const answers = [() => refusal(401, 'authentication_required'), () => tokens('new'), () => success({})]
  const { api, sent } = scripted(answers, { store: memoryStore(session()) })
  assert.equal((await api.request('post', '/api/listings', { body: {} })).ok, true)
  assert.deepEqual([sent[0].headers['Idempotency-Key'], sent[2].headers['Idempotency-Key']], ['key-0', 'key-0'])
})

test('a session that the API has ended is dropped, and told once', async () => {
  const ended = () => refusal(401, 'authentication_required')
  const { api, store, heard } = scripted([ended, ended], { store: memoryStore(session()) })
  const { failure } = await api.request('get', '/api/auth/me', {})
  assert.equal(failure.code, 'authentication_required')
  assert.equal(await store.load(), null)
  assert.deepEqual(heard, [null])
})

test('without a network the session stays', async () => {
  const { api, store } = scripted([lost, lost, lost, lost, lost, lost], { store: memoryStore(session(30)) })
  assert.equal((await api.request('get', '/api/auth/me', {})).failure.code, 'network')
  assert.equal((await store.load()).refreshToken, 'refresh-1')
})

test('a lost answer of an exchange is asked for once more', async () => {
  const { api, sent } = scripted([lost, () => tokens('new'), () => success({})], { store: memoryStore(session(30)) })
  assert.equal((await api.request('get', '/api/auth/me', {})).ok, true)
  assert.deepEqual(new Set(sent.slice(0, 2).map(({ body }) => body)), new Set(['{"refreshToken":"refresh-1"}']))
})

test('login keeps the session, logout drops it even without a network', async () => {
  const { api, store, heard } = scripted([() => tokens('mine'), lost])
  assert.equal((await api.signIn('+996700123456', '1234')).ok, true)
  assert.equal(await api.accessToken(), 'mine')
  await api.signOut()
  assert.equal(await store.load(), null)
  assert.deepEqual(heard, ['mine', null])
})

test('a lost answer of a login is asked for once more, a wrong code is not', async () => {
  const twice = scripted([lost, () => tokens('mine')])
  assert.equal((await twice.api.signIn('+996700123456', '1234')).ok, true)
  const wrong = scripted([() => refusal(400, 'otp_invalid')])
  assert.equal((await wrong.api.signIn('+996700123456', '1234')).failure.code, 'otp_invalid')
  const gone = scripted([lost, lost])
  assert.equal((await gone.api.signIn('+996700123456', '1234')).failure.code, 'network')
})

test('an abort ends the attempts', async () => {
  const stop = new AbortController()
  const aborting = (init) => {
    stop.abort()
    init.signal.throwIfAborted()
  }
  const { api, sent } = scripted([aborting])
  const { failure } = await api.request('get', '/api/listings', { signal: stop.signal })
  assert.deepEqual([failure.code, sent.length], ['aborted', 1])
})

test('an answer that does not come in time is repeated', async () => {
  // An open socket would keep the process alive; the timer of AbortSignal does not.
  const never = (init) => new Promise((_, reject) => {
    const socket = setTimeout(() => reject(new Error('not aborted')), 5000)
    init.signal.addEventListener('abort', () => {
      clearTimeout(socket)
      reject(init.signal.reason)
    })
  })
  const { api, sent } = scripted([never, () => success({})], { timeoutMs: 20 })
  assert.equal((await api.request('get', '/api/listings', {})).ok, true)
  assert.equal(sent.length, 2)
})
