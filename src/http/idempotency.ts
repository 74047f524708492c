import stringify from 'safe-stable-stringify'
import type { Deps } from '../deps.ts'
import { type CommitDeps, commit } from '../domain/commit.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import { sha256Hex } from '../secrets/bytes.ts'
import type { IdempotencyRecord } from '../store/idempotency/idempotency-records.ts'
import { ApiError, badRequest } from './api-error.ts'
import { targetOf } from './routes.ts'

/** The facts that identify a request and its idempotency scope. */
export type KeyedRequest = {
  key: string
  environmentId: string
  method: string
  url: string
  body: unknown
  /** How long the response can be replayed. */
  lifetimeMs: number
  actor: Actor
}

/** A response as it is sent: a status, the body as text, and additional headers or null. */
export type RecordedResponse = {
  status: number
  text: string
  headers: Readonly<Record<string, string>> | null
}

export type IdempotentResponse = RecordedResponse & { replayed: boolean }

/** The work of a request; see `Operation` in change.ts. */
export type OnceOperation<D, Prepared> = {
  prepare: (() => Promise<Prepared>) | undefined
  decide: (prepared: Prepared) => D | Promise<D>
  /** Throws an error that must not be recorded; then nothing is written. */
  record: (decided: D) => RecordedResponse
  /** Called once the first response is on disk. */
  onCommitted?: ((decided: D) => void) | undefined
}

export type Idempotency = {
  /**
   * Runs a request once, and replays its response to every repetition. The change and the record of
   * the response are one commit, so a crash leaves both or neither, and if two processes run the
   * same request at once, only one commits. Throws 409 while the first is running, and 422 if the
   * key was used with a different body.
   */
  once<D extends Accepted<unknown> | { kind: string }, Prepared>(
    request: KeyedRequest,
    operation: OnceOperation<D, Prepared>,
  ): Promise<IdempotentResponse>
}

const MAX_KEY_LENGTH = 255

type IdempotencyDeps = CommitDeps & Pick<Deps, 'clock' | 'config' | 'metrics'>

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  // Only to respond 409 while a request is running here. Correctness depends on the record's
  // primary key.
  const running = new Set<string>()

  return {
    async once(request, operation) {
      const scope = scopeOf(request)
      // Look in memory first: concurrent replays must not get 409 because of each other.
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

/** Takes the place of a decision if the request already has a response, perhaps by another process. */
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

  // A new key is the common case, and a look-up costs as much as the rest of the request. So an
  // operation that only writes to the store skips it, and relies on the record's primary key to
  // detect a repetition.
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
      // Replace an expired record that was not swept yet. If another process has already replaced it
      // with a live one, that one is not removed, and this insert fails.
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

/** The order of a body's properties does not matter. */
const fingerprintOf = ({ url, body }: KeyedRequest): string =>
  sha256Hex(`${targetOf(url).search}\n${stringify(body) ?? ''}`)

/** Throws 400 for a key over the maximum length; its `Idempotency-Key` header is not echoed. */
export function refuseLongKey(key: string): void {
  if (key.length <= MAX_KEY_LENGTH) return
  const limit = `has exceeded the maximum allowed length of ${MAX_KEY_LENGTH} characters`
  throw badRequest('idempotency_key_too_long', `idempotencyKey "${key}" ${limit}`)
}

/** Novu's responses also link to its documentation. */
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
