import { decodeUtf8 } from '../secrets/bytes.ts'
import { ApiError, badRequest } from './api-error.ts'

/**
 * The JSON of a request, `undefined` where it has no body. Throws 413 as soon as more than
 * `maxBytes` have come (whatever `Content-Length` said), 415 for another media type, 400 for what
 * is not JSON in UTF-8 (RFC 8259 §8.1).
 */
export async function readBody(request: Request, maxBytes: number): Promise<unknown> {
  if (request.body === null) return undefined
  const declared = Number(request.headers.get('content-length') ?? '0')
  if (declared > maxBytes) throw tooLarge(maxBytes)
  const bytes = declared > 0 ? await request.bytes() : await readStream(request.body, maxBytes)
  if (bytes.length === 0) return undefined
  refuseOtherMediaTypes(request.headers)
  return withoutNulls(parse(bytes))
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
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON'
    throw badRequest('body_not_json', reason)
  }
}

/** A property that is `null` is taken as absent, as Novu does wherever a property is optional. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (entries.every(([, property]) => property !== null)) return value
  return Object.fromEntries(entries.filter(([, property]) => property !== null))
}
