import { createCipheriv, createDecipheriv } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from './bytes.ts'
import { createKeyDerivation } from './hmac.ts'

/** Encrypts the claims of states, which are ASCII. It does not authenticate them: states are signed. */
export type StateCipher = {
  /** Returns base64url. A name must be used for one text only: usually the `jti`. */
  encrypt(name: string, text: string): string
  /** Returns null for what is not base64url. */
  decrypt(name: string, encrypted: string): string | null
  /** A name for one of several texts with the same `jti`. Derived, because chance could repeat it. */
  nameFor(jti: string, text: string): string
}

const NAME_LENGTH = 22

/**
 * AES-256-CTR with a key for each state: the HMAC of its name under the long-lived key. No key
 * encrypts twice, so the counter starts at zero and there is no nonce that could repeat.
 */
const ALGORITHM = 'aes-256-ctr'
const INITIAL_COUNTER = new Uint8Array(16)

/** Texts are padded to a multiple of this, so that names of about the same length look alike. */
const PADDED_TO = 32
/** Occurs in no encoded claim. */
const PADDING = '~'

export function createStateCipher(key: Uint8Array): StateCipher {
  const keyOf = createKeyDerivation(key)
  return {
    encrypt(name, text) {
      const length = Math.ceil(text.length / PADDED_TO) * PADDED_TO
      const cipher = createCipheriv(ALGORITHM, keyOf(name), INITIAL_COUNTER)
      // A stream cipher leaves nothing for `final`.
      return encodeBase64url(cipher.update(text.padEnd(length, PADDING), 'latin1'))
    },
    decrypt(name, encrypted) {
      const bytes = decodeBase64url(encrypted)
      if (bytes === null) return null
      const decipher = createDecipheriv(ALGORITHM, keyOf(name), INITIAL_COUNTER)
      return decipher.update(bytes).toString('latin1').replace(/~+$/, '')
    },
    // The line break keeps it apart from the names that keys are derived from.
    nameFor: (jti, text) => encodeBase64url(keyOf(`${jti}\n${text}`)).slice(0, NAME_LENGTH),
  }
}
