import type { Failure, FieldFault } from './types.js'

/** One HTTP request with everything that a repetition needs. */
export interface Attempt {
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal | undefined
}

export type Answer = { ok: true; data: unknown } | { ok: false; failure: Failure<string> }

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Send once and read the answer. Never throws. */
export async function send(attempt: Attempt, fetch: Fetch, timeoutMs: number): Promise<Answer> {
  const timer = AbortSignal.timeout(timeoutMs)
  const signal = attempt.signal ? AbortSignal.any([attempt.signal, timer]) : timer
  const { method, url, headers, body } = attempt
  let response: Response
  let text: string
  try {
    response = await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) })
    text = await response.text()
  } catch (error) {
    const code = attempt.signal?.aborted ? 'aborted' : timer.aborted ? 'timeout' : 'network'
    return failed(code, error instanceof Error ? error.message : String(error))
  }
  return read(response, text)
}

function read(response: Response, text: string): Answer {
  let found: Record<string, unknown>
  try {
    found = JSON.parse(text) as Record<string, unknown>
  } catch {
    return failed('unreadable', `HTTP ${response.status}`, response.status)
  }
  if (response.ok && found.success === true) return { ok: true, data: found.data }
  if (typeof found.code !== 'string') return failed('unreadable', `HTTP ${response.status}`, response.status)
  const waiting = Number(found.retryAfter ?? response.headers.get('Retry-After') ?? NaN)
  return {
    ok: false,
    failure: {
      code: found.code,
      message: String(found.error ?? ''),
      status: response.status,
      details: Array.isArray(found.details) ? (found.details as FieldFault[]) : [],
      ...(Number.isFinite(waiting) ? { retryAfter: waiting } : {}),
      ...(typeof found.request_id === 'string' ? { requestId: found.request_id } : {}),
    },
  }
}

function failed(code: string, message: string, status = 0): Answer {
  return { ok: false, failure: { code, message, status, details: [] } }
}
