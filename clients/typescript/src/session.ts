import type { Result } from './types.js'

/** What stays on the device between two starts of the app. Keep it in the system's key store. */
export interface Session {
  token: string
  refreshToken: string
  /** Milliseconds since 1970 after which the access token is no longer good. */
  expiresAt: number
}

export interface SessionStore {
  load(): Promise<Session | null>
  save(session: Session | null): Promise<void>
}

/** A store that forgets with the process. */
export function memoryStore(session: Session | null = null): SessionStore {
  let kept = session
  return {
    load: async () => kept,
    save: async (next) => {
      kept = next
    },
  }
}

export interface Tokens {
  token: string
  refreshToken: string
  expiresIn: number
}

type Exchange = (refreshToken: string) => Promise<Result<Tokens, string>>

const EARLY_MS = 60_000

/** Keeps the session: one exchange at a time, a minute before the token ends, and its loss told once. */
export class SessionKeeper {
  #exchanging: Promise<string | null> | undefined

  constructor(
    private readonly store: SessionStore,
    private readonly exchange: Exchange,
    private readonly now: () => number,
    private readonly onChange: (token: string | null) => void,
  ) {}

  /** A token that is good for a while, or null for a guest. */
  async token(): Promise<string | null> {
    const session = await this.store.load()
    if (session === null) return null
    return session.expiresAt - EARLY_MS > this.now() ? session.token : this.renewed(session.token)
  }

  /** Another token than the one that was refused; null where the session has ended. */
  async renewed(refused: string): Promise<string | null> {
    const session = await this.store.load()
    if (session === null) return null
    if (session.token !== refused) return session.token
    this.#exchanging ??= this.#exchange(session).finally(() => {
      this.#exchanging = undefined
    })
    return this.#exchanging
  }

  async keep(tokens: Tokens): Promise<void> {
    const { token, refreshToken, expiresIn } = tokens
    await this.store.save({ token, refreshToken, expiresAt: this.now() + expiresIn * 1000 })
    this.onChange(token)
  }

  async drop(): Promise<void> {
    await this.store.save(null)
    this.onChange(null)
  }

  async #exchange(session: Session): Promise<string | null> {
    const result = await this.exchange(session.refreshToken)
    if (result.ok) {
      await this.keep(result.data)
      return result.data.token
    }
    // Only the API's own word ends a session: without a network the token stays, and the next request tries again.
    if (result.failure.status === 401 || result.failure.status === 403) {
      await this.drop()
      return null
    }
    return session.token
  }
}
