/** The part of expo-video's `VideoPlayer` that is measured. `timeUpdateEventInterval` must be above 0, such as 0.25. */
export interface MeasuredPlayer {
  readonly currentTime: number
  addListener(event: 'statusChange', listener: (change: StatusChange) => void): Subscription
  addListener(event: 'playingChange', listener: (change: { isPlaying: boolean }) => void): Subscription
  addListener(event: 'timeUpdate', listener: (update: { currentTime: number }) => void): Subscription
  addListener(event: 'playToEnd', listener: () => void): Subscription
}

export interface Subscription {
  remove(): void
}

export interface StatusChange {
  status: 'idle' | 'loading' | 'readyToPlay' | 'error'
  error?: { message: string } | undefined
}

export type FailureClass = 'network' | 'timeout' | 'decoder' | 'missing' | 'refused' | 'other'

/** What is reported of one intended play. Times are milliseconds. */
export interface Measured {
  start_ms?: number
  wait_ms?: number
  play_ms: number
  stall_ms: number
  stalls: number
  failure?: FailureClass
}

/** A stall so soon after a seek is the seek's. */
const AFTER_SEEK_MS = 2_000

/**
 * One intended play, from the command to play to its end.
 *
 * Stalled is who wants to play and waits for bytes: status `loading` after the first frame, not in a pause and not right
 * after a seek.
 */
export class Measurement {
  readonly #begun: number
  readonly #from: number
  readonly #subscriptions: Subscription[]
  #start: number | undefined
  #failure: FailureClass | undefined
  #endedAt: number | undefined
  #status: StatusChange['status'] = 'loading'
  #isPlaying = false
  #wantsToPlay = true
  #isStalled = false
  #seekedAt = -Infinity
  #since: number
  #play = 0
  #stall = 0
  #stalls = 0

  constructor(
    player: MeasuredPlayer,
    private readonly now: () => number,
    private readonly onFailure: () => void,
  ) {
    this.#begun = this.#since = now()
    this.#from = player.currentTime
    this.#subscriptions = [
      player.addListener('statusChange', (change) => this.#statusChanged(change)),
      player.addListener('playingChange', ({ isPlaying }) => this.#playingChanged(isPlaying)),
      player.addListener('timeUpdate', ({ currentTime }) => this.#timeUpdated(currentTime)),
      player.addListener('playToEnd', () => this.#paused()),
    ]
  }

  /** The first frame is on the screen: `<VideoView onFirstFrameRender>`. Without it the first `timeUpdate` counts. */
  firstFrame(): void {
    this.#started(this.now())
  }

  /** The person moves to another place of the video; call it before `player.currentTime` is set. */
  seek(): void {
    this.#account()
    this.#seekedAt = this.now()
    this.#isStalled = false
  }

  /** Stop measuring and return what was seen. */
  end(): Measured {
    this.#account()
    this.#endedAt ??= this.now()
    for (const subscription of this.#subscriptions.splice(0)) subscription.remove()
    return {
      ...(this.#start === undefined ? { wait_ms: Math.round(this.#endedAt - this.#begun) } : { start_ms: Math.round(this.#start) }),
      play_ms: Math.round(this.#play),
      stall_ms: Math.round(this.#stall),
      stalls: this.#stalls,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    }
  }

  #started(at: number): void {
    if (this.#start !== undefined || this.#endedAt !== undefined) return
    this.#account()
    this.#start = Math.max(0, at - this.#begun)
  }

  #timeUpdated(currentTime: number): void {
    const shown = currentTime - this.#from
    // It plays since so long; an update comes only every quarter of a second.
    if (shown > 0 && this.#start === undefined) this.#started(this.now() - Math.min(shown * 1000, this.now() - this.#begun))
  }

  #statusChanged({ status, error }: StatusChange): void {
    this.#account()
    this.#status = status
    if (status === 'error') {
      this.#failure ??= classOf(error?.message ?? '')
      this.#endedAt ??= this.now()
      this.onFailure()
    }
    this.#judge()
  }

  #playingChanged(isPlaying: boolean): void {
    this.#account()
    this.#isPlaying = isPlaying
    // Waiting for bytes it does not play either; a pause is one while there are bytes.
    if (isPlaying) this.#wantsToPlay = true
    else if (this.#status === 'readyToPlay') this.#wantsToPlay = false
    this.#judge()
  }

  #paused(): void {
    this.#account()
    this.#wantsToPlay = false
    this.#judge()
  }

  #judge(): void {
    const waits = this.#start !== undefined && this.#endedAt === undefined && this.#wantsToPlay && this.#status === 'loading'
    const isStalled = waits && (this.#isStalled || this.now() - this.#seekedAt > AFTER_SEEK_MS)
    if (isStalled && !this.#isStalled) this.#stalls += 1
    this.#isStalled = isStalled
  }

  /** Add the time since the last change to what was going on. */
  #account(): void {
    const now = this.now()
    if (this.#start !== undefined && this.#endedAt === undefined) {
      if (this.#isStalled) this.#stall += now - this.#since
      else if (this.#isPlaying && this.#status !== 'loading') this.#play += now - this.#since
    }
    this.#since = now
  }
}

/** Players say why in words of their own; the classes are those of the API. */
export function classOf(message: string): FailureClass {
  if (/time[d]?[ -]?out/i.test(message)) return 'timeout'
  if (/\b(404|410)\b|not found|no such/i.test(message)) return 'missing'
  if (/\b(401|403)\b|forbidden|unauthori[sz]ed|denied/i.test(message)) return 'refused'
  if (/decod|codec|renderer|unsupported|format|malformed|parse/i.test(message)) return 'decoder'
  if (/network|connect|host|internet|offline|socket|\b5\d\d\b/i.test(message)) return 'network'
  return 'other'
}
