import { MAX_DEPTH, parseJson } from '../domain/json.ts'
import { badRequest } from './api-error.ts'

/**
 * The JSON in the bytes of a body. Throws 400 for what is not JSON in UTF-8 (RFC 8259 §8.1), or is
 * nested too deep.
 */
export function parseBody(bytes: Uint8Array): unknown {
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

/** A property that is `null` is taken as absent, as Novu does wherever a property is optional. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (!Object.values(value).includes(null)) return value
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
}
