import type { Failure } from './types.js'

export interface RetryPolicy {
  /** Attempts in all. */
  attempts: number
  /** Milliseconds before the second attempt; doubled before each further one, with a random part. */
  firstPauseMs: number
  /** No attempt waits longer; a longer `retryAfter` ends the attempts. */
  longestPauseMs: number
}

export const DEFAULT_RETRIES: RetryPolicy = { attempts: 4, firstPauseMs: 500, longestPauseMs: 10_000 }

const NOTHING_CAME_BACK = new Set(['network', 'timeout', 'unreadable'])

/**
 * Milliseconds to wait before the next attempt, or undefined where the failure stands.
 *
 * `repeatable` says that doing it twice is doing it once. A request that is not is repeated only after 429: it was
 * refused before anything was done.
 */
export function pauseBefore(
  next: number,
  failure: Failure<string>,
  repeatable: boolean,
  policy: RetryPolicy,
  random: () => number,
): number | undefined {
  if (next > policy.attempts) return undefined
  const refusedUntouched = failure.status === 429
  const broken = failure.status >= 500 || (failure.status === 0 && NOTHING_CAME_BACK.has(failure.code))
  if (!refusedUntouched && !(repeatable && broken)) return undefined
  if (failure.retryAfter !== undefined) {
    const asked = failure.retryAfter * 1000
    return asked <= policy.longestPauseMs ? asked : undefined
  }
  // A limit without a time to wait is one that waiting does not lift.
  if (refusedUntouched) return undefined
  const pause = policy.firstPauseMs * 2 ** (next - 2)
  return Math.min(policy.longestPauseMs, pause / 2 + (pause / 2) * random())
}
