import { MAX_DEPTH, parseJson } from '../domain/json.ts'
import { ApiError, badRequest } from './api-error.ts'
import type { Overload } from './overload.ts'

/** A client that takes longer to send 100 KB blocks a slot that others need. */
const DEADLINE_SECONDS = 15
/** The limit of bodies that take longer than a second or two, so that they do not block others. */
const MAX_SLOW_BODIES = 512

/** Reads the JSON body of a request; `undefined` if it has none. */
export type ReadBody = (request: Request) => Promise<unknown>

/** Reads the form that a page of latch sends (`application/x-www-form-urlencoded`). */
export type ReadForm = (request: Request) => Promise<URLSearchParams>

/**
 * Accepts bodies of at most `maxBytes`. Reading throws 413 as soon as more has arrived (whatever
 * `Content-Length` says), 415 for other media types, 408 if the body does not arrive in time, and 400
 * if it is not JSON in UTF-8 (RFC 8259 §8.1) or is nested too deeply.
 */
export function createReadBody(
  maxBytes: number,
  overload: Pick<Overload, 'whileUncounted'>,
): ReadBody {
  const readBytes = createReadBytes(maxBytes, overload)
  return async function readBody(request) {
    const bytes = await readBytes(request)
    if (bytes === undefined || bytes.length === 0) return undefined
    refuseOtherMediaTypes(request.headers, JSON_TYPE)
    return parseBody(bytes)
  }
}

/** A form of latch's own has a token and a choice. */
const MAX_FORM_BYTES = 4096

/** Reading throws 413, 415 and 408 as `createReadBody` does. */
export function createReadForm(overload: Pick<Overload, 'whileUncounted'>): ReadForm {
  const readBytes = createReadBytes(MAX_FORM_BYTES, overload)
  return async function readForm(request) {
    const bytes = await readBytes(request)
    if (bytes === undefined || bytes.length === 0) return new URLSearchParams()
    refuseOtherMediaTypes(request.headers, FORM_TYPE)
    return new URLSearchParams(new TextDecoder().decode(bytes))
  }
}

function createReadBytes(
  maxBytes: number,
  { whileUncounted }: Pick<Overload, 'whileUncounted'>,
): (request: Request) => Promise<Uint8Array | undefined> {
  const withDeadline = createDeadline(DEADLINE_SECONDS, MAX_SLOW_BODIES, () => tooSlow)
  return async function readBytes(request) {
    const { headers } = request
    const declared = Number(headers.get('content-length') ?? '0')
    if (declared > maxBytes) throw tooLarge(maxBytes)
    // Avoid `request.body` where possible: it creates a stream even if the body has arrived in one
    // piece, and reading the stream took 6 % of a bare handler's time.
    const arriving =
      declared > 0 ? request.bytes() : request.body && readStream(request.body, maxBytes)
    if (arriving === null) return undefined
    return whileUncounted(request, withDeadline(arriving)).catch(refuseCutOff)
  }
}

async function readStream(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** The client disconnected while sending. Not a server error, and nobody reads the response. */
function refuseCutOff(error: unknown): never {
  if (error instanceof Error && error.name === 'AbortError') {
    throw badRequest('body_cut_off', 'The request body was cut off')
  }
  throw error
}

const tooSlow = new ApiError(408, 'body_too_slow', 'The request body did not arrive in time', {
  headers: { connection: 'close' },
})

const tooLarge = (maxBytes: number): ApiError =>
  new ApiError(413, 'body_too_large', `The request body is larger than ${maxBytes} bytes`, {
    // The rest of the body is not read, so the connection cannot be reused.
    headers: { connection: 'close' },
  })

function refuseOtherMediaTypes(headers: Headers, wanted: string): void {
  const type = headers.get('content-type') ?? ''
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (encoding === 'identity' && (type === wanted || essenceOf(type) === wanted)) return
  throw new ApiError(
    415,
    'media_type_not_supported',
    `The request body must be ${wanted}, not compressed`,
    { headers: { accept: wanted } },
  )
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** The media type without parameters, in lower case (RFC 9110 §8.3.1). */
const essenceOf = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase()

/**
 * Parses the bytes of a body. Throws 400 if they are not JSON in UTF-8 (RFC 8259 §8.1), or nested too
 * deeply.
 */
function parseBody(bytes: Uint8Array): unknown {
  const parsed = parseJson(bytes)
  switch (parsed.kind) {
    case 'json':
      return withoutNulls(parsed.value)
    case 'not_utf8':
      throw badRequest('body_not_utf8', 'The request body is not valid UTF-8')
    case 'not_json':
      throw badRequest('body_not_json', parsed.reason)
    case 'too_deep':
      throw badRequest(
        'body_too_deep',
        `The request body is nested deeper than ${MAX_DEPTH} levels`,
      )
  }
}

/** A property that is `null` counts as absent, as at Novu for optional properties. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (!Object.values(value).includes(null)) return value
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
}

/** Resolves to the promise's value, or rejects if that takes too long. */
export type Deadline = <Value>(arriving: Promise<Value>) => Promise<Value>

type Waiting = { ticksLeft: number; reject(error: Error): void }

const TICK_MS = 1000

/**
 * Rejects with `late()` after `seconds`, or up to one second later. If more than `maxSlow` promises
 * have been pending for a second or two, the oldest of them are rejected early. All promises share
 * one timer: a timer and a `Promise.race` for each body took 5 % of a bare handler's time, this takes
 * 1 %.
 */
export function createDeadline(seconds: number, maxSlow: number, late: () => Error): Deadline {
  const waiting = new Set<Waiting>()
  let timer: ReturnType<typeof setTimeout> | null = null

  const tick = (): void => {
    timer = null
    // Bodies that were added since the last tick are not slow yet.
    const slow = [...waiting].filter(({ ticksLeft }) => ticksLeft < seconds).length
    let crowdedOut = slow - maxSlow
    // Oldest first, because a set keeps insertion order.
    for (const one of waiting) {
      one.ticksLeft -= 1
      crowdedOut -= 1
      if (one.ticksLeft >= 0 && crowdedOut < 0) continue
      waiting.delete(one)
      one.reject(late())
    }
    if (waiting.size > 0) startTicking()
  }
  const startTicking = (): void => {
    timer ??= setTimeout(tick, TICK_MS)
    timer.unref()
  }

  return <Value>(arriving: Promise<Value>) =>
    new Promise<Value>((resolve, reject) => {
      const one: Waiting = { ticksLeft: seconds, reject }
      waiting.add(one)
      if (timer === null) startTicking()
      arriving.then(
        (value) => {
          waiting.delete(one)
          resolve(value)
        },
        (error: unknown) => {
          waiting.delete(one)
          reject(error)
        },
      )
    })
}
