import { decodeUtf8 } from '../secrets/bytes.ts'

/** More nesting than any input needs, and little enough for recursion. */
export const MAX_DEPTH = 64

export type ParsedJson =
  | { kind: 'json'; value: unknown }
  | { kind: 'not_utf8' }
  | { kind: 'not_json'; reason: string }
  | { kind: 'too_deep' }

/**
 * Parses JSON, which must be UTF-8 (RFC 8259 §8.1). Refuses values nested deeper than `maxDepth`,
 * so that later code may recurse over them.
 */
export function parseJson(bytes: Uint8Array, maxDepth: number = MAX_DEPTH): ParsedJson {
  const text = decodeUtf8(bytes)
  if (text === null) return { kind: 'not_utf8' }
  try {
    const value: unknown = JSON.parse(text)
    return isDeeperThan(value, maxDepth) ? { kind: 'too_deep' } : { kind: 'json', value }
  } catch (error) {
    // On very deep nesting the parser runs out of stack; the problem is then the depth.
    if (isTextDeeperThan(text, maxDepth)) return { kind: 'too_deep' }
    return { kind: 'not_json', reason: error instanceof Error ? error.message : 'not JSON' }
  }
}

/**
 * Whether a value nests objects or arrays in more than `levels` levels. Stops as early as possible:
 * most bodies have only one level.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const name in value) {
    const property: unknown = Reflect.get(value, name)
    if (typeof property === 'object' && isDeeperThan(property, levels - 1)) return true
  }
  return false
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]

/** The same for text that is not valid JSON. */
function isTextDeeperThan(text: string, maxDepth: number): boolean {
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
      if (depth > maxDepth) return true
    } else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1
  }
  return false
}
