import { signHmac } from './hmac.ts'
import type { DerivedKeys } from './keyring.ts'

/** Values that bind an authorization code to its link, and an id_token to its sign-in. */
export type Proofs = {
  /** RFC 7636 §4.1: 43 characters, kept secret by latch until the code is exchanged. */
  codeVerifier: string
  /** RFC 7636 §4.2, method S256. */
  codeChallenge: string
  /** OpenID Connect Core §3.1.2.1. */
  nonce: string
}

/**
 * Derived from a name, the state's `jti`, and not stored, so creating a link writes nothing for them. A
 * link that one browser has opened has a name of its own.
 */
export function deriveProofs(keys: Pick<DerivedKeys, 'pkce' | 'nonce'>, name: string): Proofs {
  const codeVerifier = signHmac(keys.pkce, name)
  return {
    codeVerifier,
    codeChallenge: new Bun.CryptoHasher('sha256').update(codeVerifier).digest('base64url'),
    nonce: signHmac(keys.nonce, name),
  }
}
