import { decodeUtf8 } from '../secrets/bytes.ts'
import { ApiError, badRequest } from './api-error.ts'

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Nested deeper than any request needs to be, and shallow enough for every recursion over it. */
const MAX_DEPTH = 64
/** A client that takes longer to send 100 KB holds a place that others need. */
const DEADLINE_MS = 15_000

/**
 * The JSON of a request, `undefined` where it has no body. Throws 413 as soon as more than
 * `maxBytes` have come (whatever `Content-Length` said), 415 for another media type, 408 for one
 * that does not arrive, 400 for what is not JSON in UTF-8 (RFC 8259 §8.1) or is nested too deep.
 */
export async function readBody(request: Request, maxBytes: number): Promise<unknown> {
  if (request.body === null) return undefined
  const declared = Number(request.headers.get('content-length') ?? '0')
  if (declared > maxBytes) throw tooLarge(maxBytes)
  const bytes = await withDeadline(
    declared > 0 ? request.bytes() : readStream(request.body, maxBytes),
  )
  if (bytes.length === 0) return undefined
  refuseOtherMediaTypes(request.headers)
  return withoutNulls(parse(bytes))
}

async function withDeadline<Value>(arriving: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow), DEADLINE_MS)
  })
  try {
    return await Promise.race([arriving, late])
  } finally {
    clearTimeout(timer)
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

const tooSlow = new ApiError(408, 'body_too_slow', 'The request body did not arrive in time', {
  headers: { connection: 'close' },
})

const tooLarge = (maxBytes: number): ApiError =>
  new ApiError(413, 'body_too_large', `The request body is larger than ${maxBytes} bytes`, {
    // The rest of the body is not read, so the connection cannot carry another request.
    headers: { connection: 'close' },
  })

function refuseOtherMediaTypes(headers: Headers): void {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (type.trim().toLowerCase() === 'application/json' && encoding === 'identity') return
  throw new ApiError(
    415,
    'media_type_not_supported',
    'The request body must be application/json, not compressed',
    { headers: { accept: 'application/json' } },
  )
}

function parse(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text === null) throw badRequest('body_not_utf8', 'The request body is not valid UTF-8')
  if (isTooDeep(text)) {
    throw badRequest('body_too_deep', `The request body is nested deeper than ${MAX_DEPTH} levels`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON'
    throw badRequest('body_not_json', reason)
  }
}

/** Read from the text, as the parser itself recurses. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index)
    if (inString) {
      if (character === BACKSLASH) index += 1
      else if (character === QUOTE) inString = false
    } else if (character === QUOTE) inString = true
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) {
      depth += 1
      if (depth > MAX_DEPTH) return true
    } else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1
  }
  return false
}

/** A property that is `null` is taken as absent, as Novu does wherever a property is optional. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (entries.every(([, property]) => property !== null)) return value
  return Object.fromEntries(entries.filter(([, property]) => property !== null))
}
