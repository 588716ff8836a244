export { type Client, type ClientOptions, createClient } from './client.js'
export type { Database, Tables, TablesInsert, TablesUpdate } from './database.js'
export type { ErrorCode, OperationErrors } from './operations.js'
export type { FailureClass, Measured, MeasuredPlayer, StatusChange, Subscription } from './measuring.js'
export {
  createPlaybackQuality,
  isSampled,
  type PlaybackPlace,
  type PlaybackQuality,
  type QualityOptions,
  type WatchedView,
} from './quality.js'
export { DEFAULT_RETRIES, type RetryPolicy } from './retries.js'
export type { components, paths } from './schema.js'
export { memoryStore, type Session, type SessionStore } from './session.js'
export {
  type CodeOf,
  type DataOf,
  everyCodeHandled,
  type Failure,
  type FieldFault,
  type OptionsOf,
  type Result,
  type TransportCode,
} from './types.js'
