import type { Config } from '../config.ts'
import { isUniqueViolation } from '../store/failures.ts'
import type { Write } from '../store/writer/writes.ts'
import type { ApiDeps } from './api-deps.ts'
import type { ApiError } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import { type KeyedRequest, type PendingAnswer, refuseLongKey } from './idempotency.ts'

/** What a use case that changes something comes to: an answer, and the writes that make it true. */
export type Answer<Body> = {
  status: 200 | 201 | 204
  body: Body
  writes: readonly Write[]
  /** What to say where a write meets a row that is there already. */
  ifTaken?: ApiError
}

/** What a handler knows of its request. */
export type Call = {
  request: Request
  body: unknown
  caller: Caller
  set: { status?: number | string; headers: Record<string, string | number> }
}

/** How a request behaves that comes again: see `KeyedRequest`. */
type Repetition = Pick<KeyedRequest, 'lifetimeMs' | 'reachesOut'>

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Runs a use case and answers with what it comes to, once its writes are on the disk; once for all
 * requests with the same `Idempotency-Key` (POST and PATCH, as at Novu). What it returns is the body
 * as text, the rest is in `set`: of a `Response`, Elysia would make another one with the headers of
 * `set`, its body by way of a stream, which took a fifth of a bare handler's time.
 */
export async function perform<Body>(
  deps: ApiDeps,
  { request, body, caller, set }: Call,
  run: () => Promise<Answer<Body>>,
  { lifetimeMs = DAY_MS, reachesOut = false }: Partial<Repetition> = {},
): Promise<string> {
  const takesKey = request.method === 'POST' || request.method === 'PATCH'
  const key = takesKey ? request.headers.get('idempotency-key') : null
  if (!key) {
    const answer = pending(deps.config, await run())
    if (answer.writes.length > 0) await commit(deps, answer)
    return respond(set, answer)
  }
  refuseLongKey(key)
  const { environmentId } = caller
  const { method, url } = request
  set.headers['idempotency-key'] = key
  const keyed = { key, environmentId, method, url, body, lifetimeMs, reachesOut }
  const given = await deps.idempotency.once(keyed, async () => pending(deps.config, await run()))
  if (given.replayed) set.headers['idempotency-replay'] = 'true'
  return respond(set, given)
}

async function commit({ store }: ApiDeps, answer: PendingAnswer): Promise<void> {
  try {
    await store.commit(answer.writes)
  } catch (error) {
    throw isUniqueViolation(error) ? (answer.ifTaken ?? error) : error
  }
}

const pending = <Body>(config: Config, answer: Answer<Body>): PendingAnswer => ({
  status: answer.status,
  body: answer.status === 204 ? '' : JSON.stringify(inEnvelope(config, answer.body)),
  writes: answer.writes,
  ifTaken: answer.ifTaken ?? null,
})

function respond(set: Call['set'], { status, body }: { status: number; body: string }): string {
  set.status = status
  if (status !== 204) set.headers['content-type'] = 'application/json;charset=utf-8'
  return body
}

/** The answer of a use case that leaves nothing to tell. */
export const nothing = (writes: readonly Write[]): Answer<null> => ({
  status: 204,
  body: null,
  writes,
})

/** `{"data": …}` around a single result, where the operator asks for it; lists have theirs. */
export function inEnvelope(config: Pick<Config, 'responseEnvelope'>, result: unknown): unknown {
  if (config.responseEnvelope === 'none') return result
  if (typeof result !== 'object' || result === null) return result
  return 'data' in result && Array.isArray(result.data) ? result : { data: result }
}
