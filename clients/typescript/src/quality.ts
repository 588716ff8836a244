import { Measurement, type Measured, type MeasuredPlayer } from './measuring.js'
import { type Fetch, send } from './transport.js'

export interface QualityOptions {
  /** Such as `https://api.360auto.kg`; a path below it, such as `/api`, is cut off. */
  baseUrl: string
  os: 'android' | 'ios' | 'other'
  /** Asked at the end of each view; @react-native-community/netinfo knows. */
  network: () => 'wifi' | 'cellular' | 'other'
  /** One session in so many reports its successes: 10, or 1 while there are few users. Failures are always reported. */
  rate?: 1 | 10
  fetch?: Fetch
  now?: () => number
  sleep?: (milliseconds: number) => Promise<void>
  newKey?: () => string
  /** 16 small hex digits, new at each start of the app and kept nowhere. */
  session?: string
  later?: (milliseconds: number, act: () => void) => () => void
}

export interface PlaybackPlace {
  /** Where the bytes come from; the host of the address that plays tells. */
  provider: 'api_video' | 'yandex' | 'replica' | 'other'
  kind: 'feed' | 'detail' | 'full'
}

export interface WatchedView {
  firstFrame(): void
  seek(): void
  /** Swiped away, closed, or another video in its place. Calling it again does nothing. */
  end(): void
}

export interface PlaybackQuality {
  /** Measure an intended play; call it where `player.play()` is called. */
  watch(player: MeasuredPlayer, place: PlaybackPlace): WatchedView
  /** The app goes to the background: end what plays, and send what was measured. */
  background(): Promise<void>
  /** Send what was measured. Never throws. */
  flush(): Promise<void>
}

type View = PlaybackPlace & Measured & { network: string }

const FULL = 10
const PAUSE_MS = 60_000
const MAX_VIEWS = 20
const MAX_BYTES = 8_000
const MAX_WAITING = 200
const ATTEMPTS = 3
/** Who leaves sooner has swiped on, and has not waited. */
const MIN_WAIT_MS = 1_000

/** Measure playback of expo-video and report it without a person: no user, no listing, no video, no token. */
export function createPlaybackQuality(options: QualityOptions): PlaybackQuality {
  return new Reporter(options)
}

/** True for a session that reports its successes; the API reckons the same from the session it is sent. */
export function isSampled(session: string, rate: number): boolean {
  return Number.parseInt(session.slice(0, 8), 16) % rate === 0
}

class Reporter implements PlaybackQuality {
  readonly #options: Required<QualityOptions>
  readonly #running = new Set<WatchedView>()
  #waiting: View[] = []
  #cancel: (() => void) | undefined

  constructor(given: QualityOptions) {
    this.#options = {
      rate: 10,
      fetch: (url, init) => fetch(url, init),
      now: Date.now,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      newKey: () => crypto.randomUUID(),
      session: crypto.randomUUID().replaceAll('-', '').slice(16),
      later: (milliseconds, act) => {
        const timer = setTimeout(act, milliseconds)
        return () => clearTimeout(timer)
      },
      ...given,
      baseUrl: given.baseUrl.replace(/\/+$/, '').replace(/\/api$/, ''),
    }
  }

  watch(player: MeasuredPlayer, place: PlaybackPlace): WatchedView {
    const view: WatchedView = {
      firstFrame: () => measurement.firstFrame(),
      seek: () => measurement.seek(),
      end: () => {
        if (this.#running.delete(view)) this.#add({ ...place, network: this.#options.network(), ...measurement.end() })
      },
    }
    const measurement = new Measurement(player, this.#options.now, () => view.end())
    this.#running.add(view)
    return view
  }

  background(): Promise<void> {
    for (const view of [...this.#running]) view.end()
    return this.flush()
  }

  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    while (this.#waiting.length > 0) {
      const body = this.#nextBatch()
      if (!(await this.#sent(body))) return
    }
  }

  #add(view: View): void {
    const { session, rate } = this.#options
    if (view.failure === undefined && !isSampled(session, rate)) return
    if (view.failure === undefined && view.start_ms === undefined && (view.wait_ms ?? 0) <= MIN_WAIT_MS) return
    this.#waiting.push(view)
    this.#waiting.splice(0, this.#waiting.length - MAX_WAITING)
    if (this.#waiting.length >= FULL) void this.flush()
    else this.#cancel ??= this.#options.later(PAUSE_MS, () => void this.flush())
  }

  /** Take views as long as they fit; the id makes a repeated batch count once. */
  #nextBatch(): string {
    const { session, rate, os, newKey } = this.#options
    const head = { v: 1, id: newKey(), session, rate, os }
    let count = Math.min(MAX_VIEWS, this.#waiting.length)
    while (count > 1 && JSON.stringify({ ...head, views: this.#waiting.slice(0, count) }).length > MAX_BYTES) count -= 1
    return JSON.stringify({ ...head, views: this.#waiting.splice(0, count) })
  }

  /** Send a batch; repeats it with the same id after a lost answer, 429 or 5xx. Then it is lost: it is statistics. */
  async #sent(body: string): Promise<boolean> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
    const url = `${this.#options.baseUrl}/api/quality/views`
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send({ method: 'POST', url, headers, body, signal: undefined }, this.#options.fetch, 10_000)
      if (answer.ok) return true
      if (attempt === ATTEMPTS || !mayPass(answer.failure.status)) return false
      await this.#options.sleep(2_000 * attempt)
    }
  }
}

/** True where the same request may be accepted later; 0 is a lost answer. */
function mayPass(status: number): boolean {
  return status === 0 || status === 429 || status >= 500
}
