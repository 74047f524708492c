import stringify from 'safe-stable-stringify'
import type { Deps } from '../deps.ts'
import { type CommitDeps, commit } from '../domain/commit.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import { sha256Hex } from '../secrets/bytes.ts'
import type { IdempotencyRecord } from '../store/idempotency/idempotency-records.ts'
import { ApiError, badRequest } from './api-error.ts'
import { targetOf } from './routes.ts'

/** A request as idempotency sees it: the same scope is the same request, or should be. */
export type KeyedRequest = {
  key: string
  environmentId: string
  method: string
  url: string
  body: unknown
  /** How long the answer is worth repeating. */
  lifetimeMs: number
  actor: Actor
}

/** An answer as it goes out: a status, the body as text, and headers of its own or null. */
export type RecordedResponse = {
  status: number
  text: string
  headers: Readonly<Record<string, string>> | null
}

export type IdempotentResponse = RecordedResponse & { replayed: boolean }

/** What a request does: see `Operation` in change.ts. */
export type OnceOperation<D, Prepared> = {
  prepare: (() => Promise<Prepared>) | undefined
  decide: (prepared: Prepared) => D | Promise<D>
  /** Throws an error that is not recorded: nothing is written then. */
  record: (decided: D) => RecordedResponse
  /** Runs once the first answer is on the disk. */
  onCommitted?: ((decided: D) => void) | undefined
}

export type Idempotency = {
  /**
   * Runs a request once and gives its answer to every repetition. The change and the record of the
   * answer are one commit, so a crash leaves both or neither, and of two processes that run the
   * same request at the same time only one commits. Throws 409 while the first is running, 422
   * where the key comes with another body.
   */
  once<D extends Accepted<unknown> | { kind: string }, Prepared>(
    request: KeyedRequest,
    operation: OnceOperation<D, Prepared>,
  ): Promise<IdempotentResponse>
}

const MAX_KEY_LENGTH = 255

type IdempotencyDeps = CommitDeps & Pick<Deps, 'clock' | 'config' | 'metrics'>

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  // Only for the 409 while a request runs here: correctness rests on the record's primary key.
  const running = new Set<string>()

  return {
    async once(request, operation) {
      const scope = scopeOf(request)
      // Before anything else: many who repeat at the same moment must not meet each other as running.
      const known = deps.store.idempotencyRecords.recall(scope)
      if (known !== null && known.expiresAtMs > deps.clock()) {
        return replay(deps, known, request, fingerprintOf(request))
      }
      if (running.has(scope)) {
        deps.metrics.idempotency('in_use')
        throw stillRunning(deps, request.key)
      }
      running.add(scope)
      try {
        return await runOrReplay(deps, request, scope, operation)
      } finally {
        running.delete(scope)
      }
    },
  }
}

/** In place of a decision: the request has been answered already, perhaps by another process. */
type Replayed = { kind: 'replayed'; record: IdempotencyRecord }

const isReplayed = (decided: { kind: string }): decided is Replayed =>
  decided.kind === 'replayed' && 'record' in decided

async function runOrReplay<D extends Accepted<unknown> | { kind: string }, Prepared>(
  deps: IdempotencyDeps,
  request: KeyedRequest,
  scope: string,
  { prepare, decide, record, onCommitted }: OnceOperation<D, Prepared>,
): Promise<IdempotentResponse> {
  const { clock, store } = deps
  const { find, keep, prepare: prepareKey, insert, removeIfExpired } = store.idempotencyRecords
  const fingerprint = fingerprintOf(request)
  let stored: IdempotencyRecord | null = null
  let made: IdempotencyRecord | null = null
  const findLive = async (): Promise<Replayed | null> => {
    stored = await find(scope)
    return stored !== null && stored.expiresAtMs > clock()
      ? { kind: 'replayed', record: stored }
      : null
  }

  // A new key is the common case, and a look-up costs as much as the rest of the request: what only
  // writes to the store runs at once, and the record's primary key tells whether it was the first.
  const earlier = prepare === undefined ? null : await findLive()
  if (earlier !== null) return replay(deps, earlier.record, request, fingerprint)
  const prepared = await prepare?.()
  // Awaited only if there is something to wait for, which is once a day.
  const key = prepareKey(clock() + request.lifetimeMs)
  if (key !== null) await key
  let attempts = 0
  const decided = await commit<D | Replayed>(
    deps,
    request.actor,
    async () => {
      attempts += 1
      const first = attempts === 1 ? null : await findLive()
      return first ?? decide(prepared as Prepared)
    },
    (decision) => {
      if (isReplayed(decision)) return []
      const { status, text, headers } = record(decision)
      const nowMs = clock()
      const expiresAtMs = nowMs + request.lifetimeMs
      made = { scope, fingerprint, status, body: text, headers, expiresAtMs }
      // A record that has expired and was not swept yet makes way. Another process may have put a live
      // one in its place since it was read: that one stays, so that this insert meets it and fails.
      return stored === null ? [insert(made)] : [removeIfExpired(scope, nowMs), insert(made)]
    },
  )
  if (isReplayed(decided)) {
    keep(decided.record)
    return replay(deps, decided.record, request, fingerprint)
  }
  deps.metrics.idempotency('first')
  onCommitted?.(decided)
  return remember(made, keep)
}

function remember(
  made: IdempotencyRecord | null,
  keep: (record: IdempotencyRecord) => void,
): IdempotentResponse {
  if (made === null) throw new Error('an answer was committed without its record')
  keep(made)
  return { status: made.status, text: made.body, headers: made.headers, replayed: false }
}

function replay(
  { config, metrics }: Pick<Deps, 'config' | 'metrics'>,
  record: IdempotencyRecord,
  { key }: KeyedRequest,
  fingerprint: string,
): IdempotentResponse {
  if (record.fingerprint !== fingerprint) {
    metrics.idempotency('other_body')
    const message = `Request with key "${key}" is being reused for a different body`
    throw new ApiError(422, 'idempotency_key_reused', message, {
      errors: {},
      headers: linkToGuide(config),
    })
  }
  metrics.idempotency('replayed')
  return { status: record.status, text: record.body, headers: record.headers, replayed: true }
}

const scopeOf = ({ environmentId, method, url, key }: KeyedRequest): string =>
  sha256Hex(`${environmentId}\n${method}\n${targetOf(url).path}\n${key}`)

/** The order of a body's properties is no part of what it says. */
const fingerprintOf = ({ url, body }: KeyedRequest): string =>
  sha256Hex(`${targetOf(url).search}\n${stringify(body) ?? ''}`)

/** Throws 400 for a key that is too long to be one; it is not echoed either. */
export function refuseLongKey(key: string): void {
  if (key.length <= MAX_KEY_LENGTH) return
  const limit = `has exceeded the maximum allowed length of ${MAX_KEY_LENGTH} characters`
  throw badRequest('idempotency_key_too_long', `idempotencyKey "${key}" ${limit}`)
}

/** Novu's answers link to its documentation of this. */
const linkToGuide = ({ publicUrl }: Deps['config']): { link: string } => ({
  link: `<${publicUrl}/docs/idempotency>; rel="help"`,
})

const stillRunning = ({ config }: Pick<Deps, 'config'>, key: string): ApiError =>
  new ApiError(
    409,
    'idempotency_key_in_use',
    `Request with key "${key}" is currently being processed. Please retry after 1 second`,
    { headers: { 'retry-after': '1', ...linkToGuide(config) } },
  )
