import type { ElysiaCustomStatusResponse } from 'elysia'
import type { Config } from '../config.ts'
import { commit } from '../domain/commit.ts'
import type { Accepted, Actor } from '../domain/decision.ts'
import type { ApiDeps } from './api-deps.ts'
import { ApiError } from './api-error.ts'
import type { Caller } from './authenticate.ts'
import { errorBody } from './error-response.ts'
import { type RecordedResponse, refuseLongKey } from './idempotency.ts'

/** The parts of a handler's context that `change` uses. */
export type Call = {
  request: Request
  body: unknown
  caller: Caller
  set: { status?: number | string; headers: Record<string, string | number> }
}

/**
 * A response: its status, its body (`undefined` if it has none), and additional headers, which are
 * recorded and replayed with it.
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

/** An operation that changes something: a rule of the domain, and the response to each outcome. */
export type Operation<D extends Decided, R, Prepared> = {
  /**
   * Calls a provider, before `decide` runs. If present, the idempotency record is looked up first,
   * so that a repeated request never calls the provider again.
   */
  prepare?: () => Promise<Prepared>
  /** Decides on the change. Runs again if another commit came first; see `commit`. */
  decide: (prepared: Prepared) => D | Promise<D>
  /** Returns the response to an accepted decision, or the error response to a refusal. */
  respond: (decided: NoInfer<D>) => R
  /** Called once the change is on disk; not called when a response is replayed. */
  onCommitted?: (decided: NoInfer<D>) => void
  /** How long the response is replayed for the same `Idempotency-Key`. */
  lifetimeMs?: number
}

/** Success responses, as Elysia types them. Error responses are typed by `declares`. */
type OperationResponse<R> =
  R extends Reply<infer Status extends number, infer Body>
    ? ElysiaCustomStatusResponse<Status, Body>
    : never

/** The actor of a change that a request makes: its API key. */
export const actorOf = ({ apiKeyId }: Pick<Caller, 'apiKeyId'>): Actor => ({
  kind: 'api_key',
  id: apiKeyId,
})

const DAY_MS = 24 * 60 * 60 * 1000
/** Refusals that a retry would get again. */
const RECORDED_ERRORS = new Set([400, 404, 409])

/**
 * Runs an operation, and responds once its change is on disk. Requests with the same
 * `Idempotency-Key` run it only once (POST and PATCH, as at Novu). Throws the error response to a
 * refusal if it is one that is not recorded.
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

/** The response as it is sent and recorded. Throws an error that must not be recorded. */
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

function send<R>(set: Call['set'], answer: RecordedResponse): OperationResponse<R>
function send(set: Call['set'], { status, text, headers }: RecordedResponse): unknown {
  set.status = status
  if (headers !== null) Object.assign(set.headers, headers)
  return status === 204 ? text : sendJson(set, text)
}

/**
 * Responds with JSON that is already text: returning an object or a `Response` would make Elysia
 * build another response, which takes a fifth of a bare handler's time. The type describes the JSON
 * in the string.
 */
export function sendJson<Body>(set: Pick<Call['set'], 'headers'>, text: string): Body
export function sendJson(set: Pick<Call['set'], 'headers'>, text: string): unknown {
  set.headers['content-type'] = 'application/json;charset=utf-8'
  return text
}

/** Wraps a single result in `{"data": …}` if configured; lists already have `data`. */
export function inEnvelope(config: Pick<Config, 'responseEnvelope'>, result: unknown): unknown {
  if (config.responseEnvelope === 'none') return result
  if (typeof result !== 'object' || result === null) return result
  return 'data' in result && Array.isArray(result.data) ? result : { data: result }
}
