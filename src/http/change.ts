import type { ElysiaCustomStatusResponse } from 'elysia'
import type { Config } from '../config.ts'
import { commit } from '../domain/commit.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import { errorBody } from './error-response.ts'
import { type RecordedResponse, refuseLongKey } from './idempotency.ts'

/** What a handler knows of its request. */
export type Call = {
  request: Request
  body: unknown
  caller: Caller
  set: { status?: number | string; headers: Record<string, string | number> }
}

/**
 * An answer: a status, its body (`undefined` where the answer has none), and headers of its own, which
 * are repeated with it.
 */
export type Reply<Status extends number, Body> = {
  status: Status
  body: Body
  headers: Readonly<Record<string, string>> | null
}

export const reply = <const Status extends number, Body>(
  status: Status,
  body: Body,
  headers: Reply<Status, Body>['headers'] = null,
): Reply<Status, Body> => ({ status, body, headers })

type Decided = Accepted<unknown> | { kind: string }

/** A rule of the domain, and how its outcomes are told. */
export type Operation<D extends Decided, R, Prepared> = {
  /**
   * What must be asked of others before it can be decided, such as a provider. Where there is some,
   * a repeated request is looked up first: nothing may reach out twice.
   */
  prepare?: () => Promise<Prepared>
  /** Runs again where somebody else was first; see `commit`. */
  decide: (prepared: Prepared) => D | Promise<D>
  /** An answer that went well, or the error that a refusal is told as. */
  respond: (decided: NoInfer<D>) => R
  /** Runs once the change is on the disk, and not where an earlier answer is repeated. */
  onCommitted?: (decided: NoInfer<D>) => void
  /** How long the answer is repeated for the same `Idempotency-Key`. */
  lifetimeMs?: number
}

/** The answers that went well, as Elysia types them; what errors look like is declared. */
type OperationResponse<R> =
  R extends Reply<infer Status extends number, infer Body>
    ? ElysiaCustomStatusResponse<Status, Body>
    : never

/** Who changes something, where a request does. */
export const actorOf = ({ apiKeyId }: Pick<Caller, 'apiKeyId'>): Actor => ({
  kind: 'api_key',
  id: apiKeyId,
})

const DAY_MS = 24 * 60 * 60 * 1000
/** Refusals that a retry would only meet again. */
const RECORDED_ERRORS = new Set([400, 404, 409])

/**
 * Runs an operation that changes something, and answers once its change is on the disk; once for all
 * requests with the same `Idempotency-Key` (POST and PATCH, as at Novu). Throws the error of a
 * refusal that is not recorded.
 */
export async function change<
  D extends Decided,
  R extends Reply<number, unknown> | ApiError,
  Prepared = undefined,
>(
  deps: ApiDeps,
  { request, body, caller, set }: Call,
  { prepare, decide, respond, onCommitted, lifetimeMs = DAY_MS }: Operation<D, R, Prepared>,
): Promise<OperationResponse<R>> {
  const actor = actorOf(caller)
  const key = keyOf(request)
  if (key === null) {
    const prepared = await prepare?.()
    const decided = await commit(deps, actor, () => decide(prepared as Prepared))
    onCommitted?.(decided)
    return send(set, recorded(deps, request, respond(decided)))
  }
  refuseLongKey(key)
  set.headers['idempotency-key'] = key
  const { environmentId } = caller
  const { method, url } = request
  const keyed = { key, environmentId, method, url, body, lifetimeMs, actor }
  const given = await deps.idempotency.once(keyed, {
    prepare,
    decide,
    record: (decided) => recorded(deps, request, respond(decided)),
    onCommitted,
  })
  if (given.replayed) set.headers['idempotency-replay'] = 'true'
  return send(set, given)
}

const keyOf = ({ method, headers }: Request): string | null =>
  method === 'POST' || method === 'PATCH' ? headers.get('idempotency-key') || null : null

/** An answer as it goes out, and is recorded. Throws an error that is not recorded. */
function recorded(
  { config, clock }: Pick<ApiDeps, 'config' | 'clock'>,
  { url }: Request,
  answer: Reply<number, unknown> | ApiError,
): RecordedResponse {
  if (!(answer instanceof ApiError)) {
    const { status, body, headers } = answer
    const text = body === undefined ? '' : JSON.stringify(inEnvelope(config, body))
    return { status, text, headers }
  }
  if (!RECORDED_ERRORS.has(answer.status)) throw answer
  const text = JSON.stringify(errorBody(answer, url, clock()))
  return { status: answer.status, text, headers: null }
}

/**
 * The text as it is, its status in `set`: of an object, or of a `Response`, Elysia would make it
 * anew, which takes a fifth of a bare handler's time. To the types it is what the text says.
 */
function send<R>(set: Call['set'], answer: RecordedResponse): OperationResponse<R>
function send(set: Call['set'], { status, text, headers }: RecordedResponse): unknown {
  set.status = status
  if (headers !== null) Object.assign(set.headers, headers)
  if (status !== 204) set.headers['content-type'] = 'application/json;charset=utf-8'
  return text
}

/** `{"data": …}` around a single result, where the operator asks for it; lists have theirs. */
export function inEnvelope(config: Pick<Config, 'responseEnvelope'>, result: unknown): unknown {
  if (config.responseEnvelope === 'none') return result
  if (typeof result !== 'object' || result === null) return result
  return 'data' in result && Array.isArray(result.data) ? result : { data: result }
}
