import stringify from 'safe-stable-stringify'
import type { Deps } from '../deps.ts'
import { sha256Hex } from '../secrets/bytes.ts'
import { isUniqueViolation } from '../store/failures.ts'
import type { IdempotencyRecord } from '../store/idempotency/idempotency-records.ts'
import type { Write } from '../store/writer/writes.ts'
import { ApiError, badRequest } from './api-error.ts'
import { errorBody } from './error-body.ts'
import { targetOf } from './request-target.ts'

/** A request as idempotency sees it: the same scope is the same request, or should be. */
export type KeyedRequest = {
  key: string
  environmentId: string
  method: string
  url: string
  body: unknown
  /** How long the answer is worth repeating. */
  lifetimeMs: number
  /** Whether running it does something that no transaction takes back: then it is looked up first. */
  reachesOut: boolean
}

/** An answer before it goes out, with the writes that make it true. */
export type PendingAnswer = {
  status: number
  body: string
  writes: readonly Write[]
  /** What to say where a write meets a row that is there already. */
  ifTaken: ApiError | null
}

export type GivenAnswer = { status: number; body: string; replayed: boolean }

export type Idempotency = {
  /**
   * Runs a request once and gives its answer to every repetition. The effect and the record of the
   * answer are one commit, so a crash leaves both or neither, and of two processes that run the
   * same request at the same time only one commits. Throws 409 while the first is running, 422
   * where the key comes with another body.
   */
  once(request: KeyedRequest, run: () => Promise<PendingAnswer>): Promise<GivenAnswer>
}

const MAX_KEY_LENGTH = 255
/** Refusals that a retry would only meet again. */
const RECORDED_ERRORS = new Set([400, 404, 409])

export function createIdempotency(deps: Pick<Deps, 'store' | 'clock' | 'metrics'>): Idempotency {
  // Only for the 409 while a request runs here: correctness rests on the record's primary key.
  const running = new Set<string>()

  return {
    async once(request, run) {
      const scope = scopeOf(request)
      // Before anything else: many who repeat at the same moment must not meet each other as running.
      const known = deps.store.idempotencyRecords.recall(scope)
      if (known !== null && known.expiresAtMs > deps.clock()) {
        return replay(deps, known, request, fingerprintOf(request))
      }
      if (running.has(scope)) {
        deps.metrics.idempotency('in_use')
        throw stillRunning(request.key)
      }
      running.add(scope)
      try {
        return await runOrReplay(deps, request, scope, run)
      } finally {
        running.delete(scope)
      }
    },
  }
}

async function runOrReplay(
  deps: Pick<Deps, 'store' | 'clock' | 'metrics'>,
  request: KeyedRequest,
  scope: string,
  run: () => Promise<PendingAnswer>,
): Promise<GivenAnswer> {
  const { store, clock } = deps
  const fingerprint = fingerprintOf(request)
  const { find, keep, insert, remove } = store.idempotencyRecords
  // A new key is the common case, and a look-up costs as much as the rest of the request: what only
  // writes to the store runs at once, and the record's primary key tells whether it was the first.
  const known = request.reachesOut ? await find(scope) : null
  if (known !== null && known.expiresAtMs > clock()) {
    return replay(deps, known, request, fingerprint)
  }

  const give = async (
    { status, body, writes }: PendingAnswer,
    instead: IdempotencyRecord | null,
  ): Promise<GivenAnswer> => {
    const expiresAtMs = clock() + request.lifetimeMs
    const record = { scope, fingerprint, status, body, expiresAtMs }
    const makeWay = instead === null ? [] : [remove(scope)]
    await store.commit([...makeWay, ...writes, insert(record)])
    keep(record)
    deps.metrics.idempotency('first')
    return { status, body, replayed: false }
  }

  const answer = await runOrRefuse(deps, request, run)
  try {
    return await give(answer, known)
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Nothing of ours was written. This very request was here before, or is in another process …
    const first = await find(scope)
    if (first !== null && first.expiresAtMs > clock()) {
      keep(first)
      return replay(deps, first, request, fingerprint)
    }
    // … or so long ago that it counts no more …
    if (first !== null && known === null) return give(answer, first)
    // … or what the request was to make is there already.
    if (answer.ifTaken === null) throw error
    return give(refusal(deps, request, answer.ifTaken), first)
  }
}

/** What is refused for good is an answer too, and is recorded; other errors pass through. */
async function runOrRefuse(
  deps: Pick<Deps, 'clock'>,
  request: KeyedRequest,
  run: () => Promise<PendingAnswer>,
): Promise<PendingAnswer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ApiError) || !RECORDED_ERRORS.has(error.status)) throw error
    return refusal(deps, request, error)
  }
}

function refusal(
  { clock }: Pick<Deps, 'clock'>,
  { url }: KeyedRequest,
  error: ApiError,
): PendingAnswer {
  const body = JSON.stringify(errorBody(error, url, clock()))
  return { status: error.status, body, writes: [], ifTaken: null }
}

function replay(
  { metrics }: Pick<Deps, 'metrics'>,
  record: IdempotencyRecord,
  { key }: KeyedRequest,
  fingerprint: string,
): GivenAnswer {
  if (record.fingerprint !== fingerprint) {
    metrics.idempotency('other_body')
    const message = `Request with key "${key}" is being reused for a different body`
    throw new ApiError(422, 'idempotency_key_reused', message, { errors: {} })
  }
  metrics.idempotency('replayed')
  return { status: record.status, body: record.body, replayed: true }
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

const stillRunning = (key: string): ApiError =>
  new ApiError(
    409,
    'idempotency_key_in_use',
    `Request with key "${key}" is currently being processed. Please retry after 1 second`,
    { headers: { 'retry-after': '1' } },
  )
