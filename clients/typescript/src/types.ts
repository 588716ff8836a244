import type { ErrorCode, OperationErrors } from './operations.js'
import type { paths } from './schema.js'

export type Method = 'get' | 'post' | 'put' | 'delete'

/** The paths that answer a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never
}[keyof paths]

type Operation<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never

type Success<O> = O extends { responses: infer R }
  ? R extends { 200: infer S }
    ? Json<S>
    : R extends { 201: infer S }
      ? Json<S>
      : never
  : never

/** The field `data` of an operation's success. */
export type DataOf<M extends Method, P extends keyof paths> =
  Success<Operation<M, P>> extends { data: infer D } ? D : never

type BodyPart<O> = O extends { requestBody: infer B }
  ? { body: Json<B> }
  : O extends { requestBody?: infer B }
    ? { body?: Json<NonNullable<B>> }
    : { body?: never }

type PathPart<O> = O extends { parameters: { path: infer V extends object } } ? { path: V } : { path?: never }

type QueryPart<O> = O extends { parameters: { query: infer V extends object } }
  ? { query: V }
  : O extends { parameters: { query?: infer V } }
    ? { query?: NonNullable<V> }
    : { query?: never }

/** What a request of an operation takes. */
export type OptionsOf<M extends Method, P extends keyof paths> = BodyPart<Operation<M, P>> &
  PathPart<Operation<M, P>> &
  QueryPart<Operation<M, P>> & {
    /** Sent where the operation takes one; made anew for each call unless given. */
    idempotencyKey?: string
    signal?: AbortSignal
  }

/** Codes of this client: nothing came back, or it was no answer of the API. */
export type TransportCode = 'network' | 'timeout' | 'aborted' | 'unreadable'

/** The codes with which one operation may end. */
export type CodeOf<M extends Method, P extends keyof paths> = `${M} ${P}` extends keyof OperationErrors
  ? OperationErrors[`${M} ${P}`] | TransportCode
  : ErrorCode | TransportCode

export interface FieldFault {
  field: string
  message: string
}

/** A refusal or a failure. `message` is for the person, `code` for the program. */
export interface Failure<C extends string = ErrorCode | TransportCode> {
  code: C
  message: string
  /** The HTTP status; 0 where nothing came back. */
  status: number
  details: FieldFault[]
  /** Seconds after which it may work. */
  retryAfter?: number
  /** For support. */
  requestId?: string
}

export type Result<D, C extends string = ErrorCode | TransportCode> =
  | { ok: true; data: D; failure?: undefined }
  | { ok: false; data?: undefined; failure: Failure<C> }

/** Does nothing at run time: `switch` over every code and put this into the default branch. */
export function everyCodeHandled(code: never): never {
  throw new Error(`unhandled code ${String(code)}`)
}
