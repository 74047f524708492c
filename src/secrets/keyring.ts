import { hkdfSync } from 'node:crypto'
import { encodeBase64url } from './bytes.ts'

/**
 * The keys derived from one master key, one for each purpose, so that none can be used in place of
 * another.
 */
export type DerivedKeys = {
  /** The id of the master key; reveals nothing about it. */
  kid: string
  stateEncryption: Uint8Array
  stateSignature: Uint8Array
  /** Signed the unencrypted states of earlier versions; see `createStates`. */
  plainState: Uint8Array
  pkce: Uint8Array
  nonce: Uint8Array
  browser: Uint8Array
  attempt: Uint8Array
  link: Uint8Array
  sealing: Uint8Array
  sandboxApiKey: Uint8Array
}

/**
 * New values are created with `current`; values created with a key in `previous` can still be
 * opened.
 */
export type Keyring = {
  readonly current: DerivedKeys
  readonly previous: readonly DerivedKeys[]
  /** Makes this the current key; the one before becomes a previous key and only opens. */
  rotate(masterKey: Uint8Array): void
  /** Removes all previous keys. */
  forgetPrevious(): void
}

export const MASTER_KEY_BYTES = 32

/** HKDF-SHA256 (RFC 5869), with one `info` value per purpose. */
function derive(masterKey: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `latch/${purpose}`, length))
}

function deriveKeys(masterKey: Uint8Array): DerivedKeys {
  return {
    kid: encodeBase64url(derive(masterKey, 'kid', 6)),
    stateEncryption: derive(masterKey, 'state-encryption', 32),
    stateSignature: derive(masterKey, 'state-signature', 32),
    plainState: derive(masterKey, 'state', 32),
    pkce: derive(masterKey, 'pkce', 32),
    nonce: derive(masterKey, 'nonce', 32),
    browser: derive(masterKey, 'browser', 32),
    attempt: derive(masterKey, 'attempt', 32),
    link: derive(masterKey, 'link-id', 32),
    sealing: derive(masterKey, 'sealing', 32),
    sandboxApiKey: derive(masterKey, 'sandbox-api-key', 24),
  }
}

export function createKeyring(
  currentMasterKey: Uint8Array,
  previousMasterKeys: readonly Uint8Array[] = [],
): Keyring {
  let current = deriveKeys(currentMasterKey)
  let previous = previousMasterKeys.map(deriveKeys)
  return {
    get current() {
      return current
    },
    get previous() {
      return previous
    },
    rotate: (masterKey) => {
      previous = [current, ...previous]
      current = deriveKeys(masterKey)
    },
    forgetPrevious: () => {
      previous = []
    },
  }
}

/** Returns null if the keyring has no key with this id, or no longer has it. */
export function findKeys(
  { current, previous }: Pick<Keyring, 'current' | 'previous'>,
  kid: string,
): DerivedKeys | null {
  if (current.kid === kid) return current
  return previous.find((keys) => keys.kid === kid) ?? null
}
