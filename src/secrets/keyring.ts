import { hkdfSync } from 'node:crypto'
import { encodeBase64url } from './bytes.ts'

/** The keys that one master key gives, each for one purpose, so that none can stand for another. */
export type DerivedKeys = {
  /** Names the master key without telling anything of it. */
  kid: string
  state: Uint8Array
  pkce: Uint8Array
  nonce: Uint8Array
  browser: Uint8Array
  link: Uint8Array
  sealing: Uint8Array
  sandboxApiKey: Uint8Array
}

/** New values are made with `current`; values made with a key in `previous` still open. */
export type Keyring = {
  readonly current: DerivedKeys
  readonly previous: readonly DerivedKeys[]
  /** From now on this key seals, and the one that did only opens. */
  rotate(masterKey: Uint8Array): void
  /** From now on only the current key opens. */
  forgetPrevious(): void
}

export const MASTER_KEY_BYTES = 32

/** HKDF-SHA256 (RFC 5869), one `info` a purpose. */
function derive(masterKey: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `latch/${purpose}`, length))
}

function deriveKeys(masterKey: Uint8Array): DerivedKeys {
  return {
    kid: encodeBase64url(derive(masterKey, 'kid', 6)),
    state: derive(masterKey, 'state', 32),
    pkce: derive(masterKey, 'pkce', 32),
    nonce: derive(masterKey, 'nonce', 32),
    browser: derive(masterKey, 'browser', 32),
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

/** Null where no key of that name is (or still is) on the ring. */
export function findKeys(
  { current, previous }: Pick<Keyring, 'current' | 'previous'>,
  kid: string,
): DerivedKeys | null {
  if (current.kid === kid) return current
  return previous.find((keys) => keys.kid === kid) ?? null
}
