import { signHmac } from './hmac.ts'
import type { DerivedKeys } from './keyring.ts'

/** What binds a code to the link that it was asked for, and an id_token to its one sign-in. */
export type Proofs = {
  /** RFC 7636 §4.1: 43 characters, known to latch alone until the code is exchanged. */
  codeVerifier: string
  /** RFC 7636 §4.2, method S256. */
  codeChallenge: string
  /** OpenID Connect Core §3.1.2.1. */
  nonce: string
  /** What the browser that opened the link carries, where links are bound to it. */
  browserBinding: string
}

/** Derived from the state's `jti` and not stored: making a link writes nothing. */
export function deriveProofs(
  keys: Pick<DerivedKeys, 'pkce' | 'nonce' | 'browser'>,
  jti: string,
): Proofs {
  const codeVerifier = signHmac(keys.pkce, jti)
  return {
    codeVerifier,
    codeChallenge: new Bun.CryptoHasher('sha256').update(codeVerifier).digest('base64url'),
    nonce: signHmac(keys.nonce, jti),
    browserBinding: signHmac(keys.browser, jti),
  }
}
