import { decodeUtf8 } from '../secrets/bytes.ts'
import { badRequest } from './api-error.ts'

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Nested deeper than any request needs to be, and shallow enough for every recursion over it. */
const MAX_DEPTH = 64

/**
 * The JSON in the bytes of a body. Throws 400 for what is not JSON in UTF-8 (RFC 8259 §8.1), or is
 * nested too deep.
 */
export function parseBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text === null) throw badRequest('body_not_utf8', 'The request body is not valid UTF-8')
  const value = parseJson(text)
  if (isDeep(value, MAX_DEPTH)) throw tooDeep
  return withoutNulls(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Deep enough, the parser gives up for want of a stack; what then is wrong is how deep it is.
    if (isDeepText(text)) throw tooDeep
    const reason = error instanceof Error ? error.message : 'not JSON'
    throw badRequest('body_not_json', reason)
  }
}

const tooDeep = badRequest(
  'body_too_deep',
  `The request body is nested deeper than ${MAX_DEPTH} levels`,
)

/** Looks no further than it must: most bodies have no level but their own. */
function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const name in value) {
    const property: unknown = Reflect.get(value, name)
    if (typeof property === 'object' && isDeep(property, levels - 1)) return true
  }
  return false
}

/** The same of a text that is not JSON. */
function isDeepText(text: string): boolean {
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
  if (!Object.values(value).includes(null)) return value
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
}
