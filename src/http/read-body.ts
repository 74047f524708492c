import { ApiError } from './api-error.ts'
import { createDeadline } from './deadline.ts'
import { parseBody } from './parse-body.ts'

/** A client that takes longer to send 100 KB holds a place that others need. */
const DEADLINE_SECONDS = 15

/** Reads the JSON of a request: `undefined` where it has no body. */
export type ReadBody = (request: Request) => Promise<unknown>

/**
 * Bodies of at most `maxBytes`. Reading throws 413 as soon as more have come (whatever
 * `Content-Length` said), 415 for another media type, 408 for one that does not arrive, 400 for what
 * is not JSON in UTF-8 (RFC 8259 §8.1) or is nested too deep.
 */
export function createReadBody(maxBytes: number): ReadBody {
  const withDeadline = createDeadline(DEADLINE_SECONDS, () => tooSlow)
  return async function readBody(request) {
    const { headers } = request
    const declared = Number(headers.get('content-length') ?? '0')
    if (declared > maxBytes) throw tooLarge(maxBytes)
    // `request.body` is not asked for where it can be avoided: it makes a stream of what may be
    // there in one piece, and to read that took 6 % of a bare handler's time.
    const arriving =
      declared > 0 ? request.bytes() : request.body && readStream(request.body, maxBytes)
    if (arriving === null) return undefined
    const bytes = await withDeadline(arriving)
    if (bytes.length === 0) return undefined
    refuseOtherMediaTypes(headers)
    return parseBody(bytes)
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
  const type = headers.get('content-type') ?? ''
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (encoding === 'identity' && (type === JSON_TYPE || essenceOf(type) === JSON_TYPE)) return
  throw new ApiError(
    415,
    'media_type_not_supported',
    'The request body must be application/json, not compressed',
    { headers: { accept: JSON_TYPE } },
  )
}

const JSON_TYPE = 'application/json'

/** Without parameters, in lower case (RFC 9110 §8.3.1). */
const essenceOf = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase()
