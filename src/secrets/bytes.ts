import { constantTimeEqual } from 'oslo/crypto'
import { base64url } from 'oslo/encoding'

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

export const encodeUtf8 = (text: string): Uint8Array => utf8.encode(text)

/** Null where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}

const UNPADDED = { alphabet: 'base64url', omitPadding: true } as const

/**
 * Without padding (RFC 4648 §5), by the runtime: oslo's own adds up a text character by character,
 * 4 µs for a state where this takes 0.1, and every link has three: docs/decisions/0017-oslo.md. A
 * property test holds the two equal.
 */
export const encodeBase64url = (bytes: Uint8Array): string => bytes.toBase64(UNPADDED)

/**
 * Null for anything but the one canonical, unpadded spelling of some bytes (RFC 4648 §3.5): a
 * second spelling of the same signature would let a token be altered and still verify.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  try {
    const bytes = base64url.decode(text, { strict: false })
    return encodeBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

/** SHA-256, lower-case hex. */
export const sha256Hex = (text: string): string => Bun.SHA256.hash(text, 'hex')

/** Compares without telling by its time where two values differ. */
export const equalInConstantTime = (left: Uint8Array, right: Uint8Array): boolean =>
  constantTimeEqual(left, right)
