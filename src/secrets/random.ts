import { alphabet, generateRandomString } from 'oslo/crypto'
import { encodeHex } from 'oslo/encoding'
import { encodeBase64url } from './bytes.ts'

const ALPHANUMERIC = alphabet('a-z', 'A-Z', '0-9')

/** The source of all randomness; passed in, so that a test can make it deterministic. */
export type Random = {
  /**
   * A record id in Novu's format (a MongoDB ObjectId): 24 hex digits that sort by creation time.
   */
  recordId(nowMs: number): string
  /** The random part of a public identifier: 12 letters and digits. */
  identifier(): string
  /** A state's `jti`: 132 bits, base64url. */
  stateId(): string
  /** The secret part of an API key: 190 bits, letters and digits. */
  apiKeySecret(): string
  /** A request's id: 96 bits, base64url. */
  requestId(): string
  /** Letters and digits. */
  alphanumeric(length: number): string
  bytes(length: number): Uint8Array
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')

/** Randomness from the operating system. */
export function createRandom(): Random {
  const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
  const characters = createCharacters(bytes)
  const alphanumeric = (length: number): string => generateRandomString(length, ALPHANUMERIC)
  // As in MongoDB, a counter keeps ids in order within the same second.
  const ours = encodeHex(bytes(5))
  let made = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 0x800000
  return {
    bytes,
    alphanumeric,
    recordId: (nowMs) => {
      const seconds = Math.floor(nowMs / 1000)
      made = (made + 1) % 0x1000000
      return `${hex(seconds, 8)}${ours}${hex(made, 6)}`
    },
    identifier: () => alphanumeric(12),
    stateId: () => characters(22),
    apiKeySecret: () => alphanumeric(32),
    requestId: () => characters(16),
  }
}

const BUFFER_BYTES = 3 * 1024

/**
 * Returns a function that gives random base64url characters, 6 bits each, taken from a buffer that
 * is refilled when it runs out. Generating them for each call took 2 µs of the 25 µs that a link
 * takes.
 */
function createCharacters(bytes: (length: number) => Uint8Array): (count: number) => string {
  let buffer = ''
  let used = 0
  return (count) => {
    if (used + count > buffer.length) {
      buffer = encodeBase64url(bytes(BUFFER_BYTES))
      used = 0
    }
    used += count
    return buffer.slice(used - count, used)
  }
}
