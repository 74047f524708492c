import { type Box, createBox, openWithNonce, type Place, UnsealError } from './box.ts'
import { encodeBase64url } from './bytes.ts'
import { type DerivedKeys, findKeys, type Keyring } from './keyring.ts'
import type { Random } from './random.ts'

export { type Box, type Place, UnsealError }

export type Sealing = {
  seal(plaintext: string, place: Place): string
  /** Throws `UnsealError` if the value was altered or moved, or if its key is not available. */
  open(sealed: string, place: Place): string
  /** Whether the value was sealed with the current key, and not with a previous one. */
  isCurrent(sealed: string): boolean
  /** The id of the current key, which reveals nothing about it. */
  currentKid(): string
  /**
   * Creates a random 256-bit key in base64url, for uses that must survive a change of the secret
   * key.
   */
  createKey(): string
  /** Seals with a different key, such as one from `createKey`. */
  createBox(key: Uint8Array): Box
}

const VERSION = 's2'
/** Earlier versions sealed with the key itself and a random nonce. */
const VERSION_WITH_NONCE = 's1'
const KEY_BYTES = 32

/** Sealed values have the form `s2.<key id>.<salt>.<ciphertext and tag>`. */
export function createSealing(keyring: Keyring, random: Pick<Random, 'bytes'>): Sealing {
  const boxes = new WeakMap<DerivedKeys, Box>()
  const boxOf = (keys: DerivedKeys): Box => {
    const known = boxes.get(keys)
    if (known !== undefined) return known
    const box = createBox(keys.sealing, random)
    boxes.set(keys, box)
    return box
  }
  const prefix = (): string => `${VERSION}.${keyring.current.kid}.`

  return {
    seal: (plaintext, place) => prefix() + boxOf(keyring.current).seal(plaintext, place),
    createKey: () => encodeBase64url(random.bytes(KEY_BYTES)),
    createBox: (key) => createBox(key, random),
    currentKid: () => keyring.current.kid,
    isCurrent: (sealed) => sealed.startsWith(prefix()),

    open(sealed, place) {
      const [version, kid = '', ...rest] = sealed.split('.')
      if (version !== VERSION && version !== VERSION_WITH_NONCE) {
        throw new UnsealError('malformed', place)
      }
      const keys = findKeys(keyring, kid)
      if (keys === null) throw new UnsealError('unknown_key', place)
      const boxed = rest.join('.')
      return version === VERSION
        ? boxOf(keys).open(boxed, place)
        : openWithNonce(keys.sealing, boxed, place)
    },
  }
}
