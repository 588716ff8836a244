import { TAKES_IDEMPOTENCY_KEY } from './operations.js'
import { DEFAULT_RETRIES, pauseBefore, type RetryPolicy } from './retries.js'
import type { paths } from './schema.js'
import { memoryStore, SessionKeeper, type SessionStore, type Tokens } from './session.js'
import { type Answer, type Attempt, type Fetch, send } from './transport.js'
import type { CodeOf, DataOf, Method, OptionsOf, PathOf, Result } from './types.js'

export interface ClientOptions {
  /** Such as `https://api.360auto.kg`; a path below it, such as `/api`, is cut off. */
  baseUrl: string
  store?: SessionStore
  /** Language of sentences for people: `ru`, `ky` or `en`. */
  language?: () => string
  /** The build of the app, which decides to which provider it uploads. */
  appBuild?: number
  /** Told of every new token and of null when the session ends; the place for `useToken` of docs/app-connection.md. */
  onToken?: (token: string | null) => void
  retries?: Partial<RetryPolicy>
  timeoutMs?: number
  fetch?: Fetch
  now?: () => number
  random?: () => number
  sleep?: (milliseconds: number) => Promise<void>
  newKey?: () => string
}

interface Loose {
  body?: unknown
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  idempotencyKey?: string
  signal?: AbortSignal
}

export interface Client {
  /** Call an operation. Never throws for what the API or the network does: look at `ok`. */
  request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...options: Record<never, never> extends OptionsOf<M, P> ? [options?: OptionsOf<M, P>] : [options: OptionsOf<M, P>]
  ): Promise<Result<DataOf<M, P>, CodeOf<M, P>>>
  /** Prove a phone by its code and keep the session. */
  signIn(phone: string, code: string): Promise<Result<DataOf<'post', '/api/auth/verify-code'>, CodeOf<'post', '/api/auth/verify-code'>>>
  /** End the session here, and at the API if it can be reached. */
  signOut(): Promise<void>
  /** A token that is good for a while, or null: `realtime: { accessToken: client.accessToken }`. */
  accessToken(): Promise<string | null>
}

export function createClient(options: ClientOptions): Client {
  const core = new Core(options)
  return {
    request: (method, path, ...rest) => core.request(method, path, (rest[0] ?? {}) as Loose) as never,
    signIn: (phone, code) => core.signIn(phone, code) as never,
    signOut: () => core.signOut(),
    accessToken: () => core.session.token(),
  }
}

class Core {
  readonly session: SessionKeeper
  readonly #options: Required<Omit<ClientOptions, 'retries' | 'store' | 'onToken' | 'appBuild'>>
  readonly #retries: RetryPolicy
  readonly #appBuild: number | undefined

  constructor(given: ClientOptions) {
    this.#options = {
      language: () => 'ru',
      timeoutMs: 15_000,
      fetch: (url, init) => fetch(url, init),
      now: Date.now,
      random: Math.random,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      newKey: () => crypto.randomUUID(),
      ...given,
      baseUrl: given.baseUrl.replace(/\/+$/, '').replace(/\/api$/, ''),
    }
    this.#appBuild = given.appBuild
    this.#retries = { ...DEFAULT_RETRIES, ...given.retries }
    this.session = new SessionKeeper(
      given.store ?? memoryStore(),
      (refreshToken) => this.#refresh(refreshToken),
      this.#options.now,
      given.onToken ?? (() => {}),
    )
  }

  async request(method: Method, path: keyof paths, options: Loose): Promise<Answer> {
    const token = await this.session.token()
    const attempt = this.#attempt(method, path, options, token)
    const answer = await this.#persistently(attempt, repeatable(method, path))
    if (answer.ok || answer.failure.status !== 401 || token === null) return answer
    const renewed = await this.session.renewed(token)
    if (renewed === null || renewed === token) return answer
    attempt.headers.Authorization = `Bearer ${renewed}`
    return this.#persistently(attempt, repeatable(method, path))
  }

  async signIn(phone: string, code: string): Promise<Answer> {
    const attempt = this.#attempt('post', '/api/auth/verify-code', { body: { phone, code } }, null)
    // The API answers a repeated right code with the same session, but counts a wrong one each time: one repeat.
    const answer = await this.#persistently(attempt, true, 2)
    if (answer.ok) await this.session.keep(answer.data as Tokens)
    return answer
  }

  async signOut(): Promise<void> {
    const token = await this.session.token()
    if (token !== null) await send(this.#attempt('post', '/api/auth/logout', {}, token), this.#options.fetch, 5_000)
    await this.session.drop()
  }

  async #refresh(refreshToken: string): Promise<Result<Tokens, string>> {
    const attempt = this.#attempt('post', '/api/auth/refresh', { body: { refreshToken } }, null)
    // Within seconds a token used twice gives a sibling, so that a lost answer does not end the session: one repeat.
    const first = await send(attempt, this.#options.fetch, 4_000)
    const again = !first.ok && first.failure.status === 0
    return (again ? await send(attempt, this.#options.fetch, 4_000) : first) as Result<Tokens, string>
  }

  async #persistently(attempt: Attempt, canRepeat: boolean, attempts = this.#retries.attempts): Promise<Answer> {
    const policy = { ...this.#retries, attempts }
    for (let number = 1; ; number += 1) {
      const answer = await send(attempt, this.#options.fetch, this.#options.timeoutMs)
      if (answer.ok) return answer
      const pause = pauseBefore(number + 1, answer.failure, canRepeat, policy, this.#options.random)
      if (pause === undefined) return answer
      await this.#options.sleep(pause)
    }
  }

  #attempt(method: Method, path: keyof paths, options: Loose, token: string | null): Attempt {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segment(String(options.path?.[name])))
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(options.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) query.append(name, String(one))
      }
    }
    const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': this.#options.language() }
    if (this.#appBuild !== undefined) headers['X-App-Build'] = String(this.#appBuild)
    if (token !== null) headers.Authorization = `Bearer ${token}`
    if (options.body !== undefined) headers['Content-Type'] = 'application/json'
    if (TAKES_IDEMPOTENCY_KEY.has(`${method} ${path}`)) {
      headers['Idempotency-Key'] = options.idempotencyKey ?? this.#options.newKey()
    }
    return {
      method: method.toUpperCase(),
      url: this.#options.baseUrl + filled + (query.size > 0 ? `?${query}` : ''),
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    }
  }
}

/** An id from a link may be anything: `..` and nothing would lead to another route, however they are encoded. */
function segment(value: string): string {
  return /^\.{0,2}$/.test(value) ? '_' : encodeURIComponent(value)
}

/** Whether sending it twice does it once: by its method, or by the key that goes with it. */
function repeatable(method: Method, path: string): boolean {
  return method !== 'post' || TAKES_IDEMPOTENCY_KEY.has(`${method} ${path}`)
}
