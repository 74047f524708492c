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
  sealing: Uint8Array
  sandboxApiKey: Uint8Array
}

/** New values are made with `current`; values made with a key in `previous` still open. */
export type Keyring = { current: DerivedKeys; previous: readonly DerivedKeys[] }

export const MASTER_KEY_BYTES = 32

/** HKDF-SHA256 (RFC 5869), one `info` a purpose. */
function derive(masterKey: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `latch/${purpose}`, length))
}

export function deriveKeys(masterKey: Uint8Array): DerivedKeys {
  return {
    kid: encodeBase64url(derive(masterKey, 'kid', 6)),
    state: derive(masterKey, 'state', 32),
    pkce: derive(masterKey, 'pkce', 32),
    nonce: derive(masterKey, 'nonce', 32),
    browser: derive(masterKey, 'browser', 32),
    sealing: derive(masterKey, 'sealing', 32),
    sandboxApiKey: derive(masterKey, 'sandbox-api-key', 24),
  }
}

export function createKeyring(
  currentMasterKey: Uint8Array,
  previousMasterKeys: readonly Uint8Array[] = [],
): Keyring {
  return { current: deriveKeys(currentMasterKey), previous: previousMasterKeys.map(deriveKeys) }
}

/** Null where no key of that name is (or still is) on the ring. */
export function findKeys(keyring: Keyring, kid: string): DerivedKeys | null {
  if (keyring.current.kid === kid) return keyring.current
  return keyring.previous.find((keys) => keys.kid === kid) ?? null
}
