import { createCipheriv, createDecipheriv } from 'node:crypto'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from './bytes.ts'
import { findKeys, type Keyring } from './keyring.ts'
import type { Random } from './random.ts'

/**
 * Where a sealed value is stored. It can be opened only there: one moved to another row is refused.
 */
export type Place = { table: string; column: string; row: string }

export type Sealing = {
  seal(plaintext: string, place: Place): string
  /** Throws `UnsealError` if the value was altered or moved, or if its key is not available. */
  open(sealed: string, place: Place): string
  /** Whether the value was sealed with the current key, and not with a previous one. */
  isCurrent(sealed: string): boolean
  /**
   * Creates a random 256-bit key in base64url, for uses that must survive a change of the secret
   * key.
   */
  createKey(): string
}

export class UnsealError extends Error {
  override readonly name = 'UnsealError'
  constructor(
    readonly reason: 'malformed' | 'unknown_key' | 'not_authentic',
    place: Place,
  ) {
    super(`cannot open ${place.table}.${place.column} of row ${place.row}: ${reason}`)
  }
}

const VERSION = 's1'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

const associatedData = (place: Place): Uint8Array =>
  encodeUtf8(JSON.stringify([place.table, place.column, place.row]))

/**
 * AES-256-GCM with a random 96-bit IV (NIST SP 800-38D §8.2.2), by `node:crypto`: 1.5 µs for 300
 * bytes, where WebCrypto takes 37 µs.
 */
export function createSealing(keyring: Keyring, random: Random): Sealing {
  return {
    seal(plaintext, place) {
      const iv = random.bytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyring.current.sealing, iv)
      cipher.setAAD(associatedData(place))
      const sealed = Buffer.concat([
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return [VERSION, keyring.current.kid, encodeBase64url(iv), encodeBase64url(sealed)].join('.')
    },

    createKey: () => encodeBase64url(random.bytes(KEY_BYTES)),

    isCurrent: (sealed) => sealed.startsWith(`${VERSION}.${keyring.current.kid}.`),

    open(sealed, place) {
      const [version, kid, ivText, bodyText, ...rest] = sealed.split('.')
      const iv = decodeBase64url(ivText ?? '')
      const body = decodeBase64url(bodyText ?? '')
      if (
        version !== VERSION ||
        rest.length > 0 ||
        iv?.length !== IV_BYTES ||
        body === null ||
        body.length < TAG_BYTES
      ) {
        throw new UnsealError('malformed', place)
      }
      const keys = findKeys(keyring, kid ?? '')
      if (keys === null) throw new UnsealError('unknown_key', place)
      return decrypt(keys.sealing, iv, body, place)
    },
  }
}

function decrypt(key: Uint8Array, iv: Uint8Array, body: Uint8Array, place: Place): string {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(place))
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
  try {
    const plaintext = Buffer.concat([
      decipher.update(body.subarray(0, body.length - TAG_BYTES)),
      decipher.final(),
    ])
    // The plaintext is authentic, hence valid UTF-8. A TextDecoder would drop a byte order mark.
    return plaintext.toString('utf8')
  } catch {
    // GCM reports only that the value is not authentic; there is no further detail to pass on.
    throw new UnsealError('not_authentic', place)
  }
}
