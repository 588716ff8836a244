// Playback of a scripted player on a clock of its own: what was measured, and what was sent of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaybackQuality, isSampled } from '../build/index.js'

const SAMPLED = '0000000a00000000'
const OTHER = '0000000b00000000'
const PLACE = { provider: 'yandex', kind: 'feed' }
const accepted = () => new Response('{"success":true,"data":{"done":true}}', { status: 202 })

class Player {
  currentTime = 0
  listeners = new Map()
  addListener(event, listener) {
    const heard = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, heard.add(listener))
    return { remove: () => heard.delete(listener) }
  }
  emit(event, payload) {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(payload)
  }
  status = (status, message) => this.emit('statusChange', { status, error: message ? { message } : undefined })
  playing = (isPlaying) => this.emit('playingChange', { isPlaying })
  at(currentTime) {
    this.currentTime = currentTime
    this.emit('timeUpdate', { currentTime })
  }
}

function world(options = {}, answers = []) {
  const clock = { now: 1_000_000 }
  const sent = []
  const timers = []
  const settings = {
    baseUrl: 'https://api.test/api/',
    os: 'android',
    network: () => 'cellular',
    session: SAMPLED,
    now: () => clock.now,
    sleep: async () => {},
    newKey: () => `key-${new Set(sent.map(({ body }) => body.id)).size}`,
    later: (milliseconds, act) => {
      const timer = { milliseconds, act, isOver: false }
      timers.push(timer)
      return () => void (timer.isOver = true)
    },
    fetch: async (url, init) => {
      sent.push({ url, headers: init.headers, text: init.body, body: JSON.parse(init.body) })
      return (answers.shift() ?? accepted)()
    },
    ...options,
  }
  if (settings.session === null) delete settings.session
  const quality = createPlaybackQuality(settings)
  const player = new Player()
  const after = (milliseconds) => void (clock.now += milliseconds)
  const views = () => sent.flatMap(({ body }) => body.views)
  return { quality, player, after, sent, timers, views }
}

test('the start is the time from the command to the first frame', async () => {
  const { quality, player, after, views } = world()
  const view = quality.watch(player, PLACE)
  after(300)
  player.status('readyToPlay')
  player.playing(true)
  after(120)
  view.firstFrame()
  after(5000)
  view.end()
  await quality.flush()
  assert.deepEqual(views(), [
    { provider: 'yandex', kind: 'feed', network: 'cellular', start_ms: 420, play_ms: 5000, stall_ms: 0, stalls: 0 },
  ])
})

test('without the frame\'s event the first update of the time tells, less what it has played', async () => {
  const { quality, player, after, views } = world()
  player.currentTime = 7
  const view = quality.watch(player, PLACE)
  after(900)
  player.at(7)
  player.status('readyToPlay')
  player.playing(true)
  after(300)
  player.at(7.25)
  view.end()
  await quality.flush()
  assert.equal(views()[0].start_ms, 950)
})

test('waiting for bytes is a stall; a pause, an end and a seek are none', async () => {
  const { quality, player, after, views } = world()
  const view = quality.watch(player, PLACE)
  player.status('readyToPlay')
  player.playing(true)
  view.firstFrame()
  after(4000)
  player.status('loading')
  player.playing(false)
  after(700)
  player.status('readyToPlay')
  player.playing(true)
  after(1000)
  player.playing(false) // a pause
  after(60_000)
  player.status('loading')
  after(900)
  player.status('readyToPlay')
  player.playing(true)
  after(500)
  view.seek()
  player.status('loading')
  after(800)
  player.status('readyToPlay')
  after(1000)
  player.emit('playToEnd')
  player.status('loading')
  after(5000)
  view.end()
  await quality.flush()
  const [{ play_ms, stall_ms, stalls }] = views()
  assert.deepEqual({ play_ms, stall_ms, stalls }, { play_ms: 6500, stall_ms: 700, stalls: 1 })
})

test('a failure ends the view, has a class, and is sent from every session', async () => {
  const messages = {
    'Response code: 404': 'missing',
    'HTTP 403 Forbidden': 'refused',
    'MediaCodecVideoRenderer error': 'decoder',
    'The request timed out.': 'timeout',
    'Unable to connect': 'network',
    '???': 'other',
  }
  const { quality, player, after, views } = world({ session: OTHER })
  for (const message of Object.keys(messages)) {
    const view = quality.watch(player, PLACE)
    after(250)
    player.status('error', message)
    player.status('error', 'again')
    view.end()
  }
  await quality.flush()
  assert.deepEqual(views().map(({ failure }) => failure), Object.values(messages))
  assert.deepEqual(views().map(({ wait_ms }) => wait_ms), Array(6).fill(250))
})

test('a failure after the first frame keeps its start', async () => {
  const { quality, player, after, views } = world({ session: OTHER })
  const view = quality.watch(player, PLACE)
  after(600)
  view.firstFrame()
  player.status('error', 'socket closed')
  await quality.flush()
  assert.deepEqual([views()[0].start_ms, views()[0].failure], [600, 'network'])
})

test('a session outside the sample sends no success, and one in ten is inside', async () => {
  const { quality, player, sent } = world({ session: OTHER })
  const view = quality.watch(player, PLACE)
  view.firstFrame()
  view.end()
  await quality.flush()
  assert.equal(sent.length, 0)
  const sessions = Array.from({ length: 1000 }, (_, number) => number.toString(16).padStart(8, '0') + '0'.repeat(8))
  assert.equal(sessions.filter((session) => isSampled(session, 10)).length, 100)
  assert.ok(sessions.every((session) => isSampled(session, 1)))
})

test('with rate one every session reports', async () => {
  const { quality, player, sent } = world({ session: OTHER, rate: 1 })
  const view = quality.watch(player, PLACE)
  view.firstFrame()
  view.end()
  await quality.flush()
  assert.deepEqual([sent.length, sent[0].body.rate], [1, 1])
})

test('a swipe within a second is no attempt, a longer wait is', async () => {
  const { quality, player, after, views } = world()
  for (const wait of [1000, 1001]) {
    const view = quality.watch(player, PLACE)
    after(wait)
    view.end()
  }
  await quality.flush()
  assert.deepEqual(views().map(({ wait_ms }) => wait_ms), [1001])
})

test('ten views are sent at once, fewer after a minute', async () => {
  const { quality, player, sent, timers } = world()
  const watched = () => {
    const view = quality.watch(player, PLACE)
    view.firstFrame()
    view.end()
  }
  watched()
  assert.deepEqual([sent.length, timers.length, timers[0].milliseconds], [0, 1, 60_000])
  timers[0].act()
  assert.equal(sent.length, 1)
  for (let number = 0; number < 10; number += 1) watched()
  assert.equal(sent.length, 2)
  assert.equal(sent[1].body.views.length, 10)
  assert.ok(timers[1].isOver)
})

test('in the background what plays is ended and sent', async () => {
  const { quality, player, after, views } = world()
  const view = quality.watch(player, PLACE)
  player.status('readyToPlay')
  player.playing(true)
  view.firstFrame()
  after(1500)
  await quality.background()
  after(90_000)
  view.end()
  await quality.flush()
  assert.deepEqual(views().map(({ play_ms }) => play_ms), [1500])
  assert.equal([...player.listeners.values()].every((heard) => heard.size === 0), true)
})

test('a batch that found no way is repeated with its id and its words, and then given up', async () => {
  const lost = () => {
    throw new TypeError('fetch failed')
  }
  const failing = () => new Response('<html>', { status: 502 })
  const { quality, player, sent } = world({}, [lost, failing, accepted, lost, lost, lost])
  for (let round = 0; round < 2; round += 1) {
    const view = quality.watch(player, PLACE)
    view.firstFrame()
    view.end()
    await quality.flush()
  }
  assert.deepEqual(sent.map(({ body }) => body.id), ['key-0', 'key-0', 'key-0', 'key-1', 'key-1', 'key-1'])
  assert.equal(new Set(sent.slice(0, 3).map(({ text }) => text)).size, 1)
})

test('a batch holds at most twenty views in eight kilobytes, and no token, video or listing', async () => {
  const { quality, player, sent, after } = world({}, [() => new Response('', { status: 413 })])
  // While nothing can be sent, failures gather; beyond two hundred the oldest go.
  const waiting = []
  for (let number = 0; number < 230; number += 1) waiting.push(quality.watch(player, PLACE))
  after(60_000)
  await quality.background()
  await quality.flush()
  assert.ok(sent.every(({ text }) => text.length <= 8192))
  assert.ok(sent.every(({ body }) => body.views.length <= 20))
  assert.deepEqual(Object.keys(sent[0].body), ['v', 'id', 'session', 'rate', 'os', 'views'])
  assert.equal(sent[0].headers.Authorization, undefined)
  assert.equal(sent[0].url, 'https://api.test/api/quality/views')
})

test('sessions are new and small hex digits', async () => {
  const sessions = new Set()
  for (let number = 0; number < 20; number += 1) {
    const { quality, player, sent } = world({ session: null, rate: 1 })
    const view = quality.watch(player, PLACE)
    player.status('error', 'x')
    view.end()
    await quality.flush()
    assert.match(sent[0].body.session, /^[0-9a-f]{16}$/)
    sessions.add(sent[0].body.session)
  }
  assert.equal(sessions.size, 20)
})

test('a batch is sent again after 429 and 5xx, and never after a refusal of its content', async () => {
  for (const [status, requests] of [[429, 2], [503, 2], [400, 1]]) {
    const busy = () => new Response('{"success":false,"code":"busy","error":"Later."}', { status })
    const { quality, player, sent } = world({}, [busy])
    const view = quality.watch(player, PLACE)
    view.firstFrame()
    view.end()
    await quality.flush()
    assert.equal(sent.length, requests)
    assert.equal(new Set(sent.map(({ body }) => body.id)).size, 1)
  }
})
