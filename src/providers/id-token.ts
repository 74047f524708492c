import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose'
import { capped, type Fetch } from './call-provider.ts'

export type VerifiedIdToken = { kind: 'verified'; claims: JWTPayload }

export type IdTokenVerification =
  | VerifiedIdToken
  /** The token is not for this sign-in, or was not issued by the provider. */
  | { kind: 'refused'; reason: string }
  /** The provider's signing keys could not be fetched. */
  | { kind: 'unavailable'; reason: string }

export type IdTokenVerifier = (
  idToken: string,
  expected: { issuer: string; audience: string; nonce: string },
) => Promise<IdTokenVerification>

const CLOCK_TOLERANCE_SECONDS = 60

/**
 * Verifies id_tokens as OpenID Connect Core §3.1.3.7 requires: the signature against the provider's
 * own keys (cached, and fetched again when a key id is unknown), `iss`, `aud`, `exp` and `nonce`.
 * Uses jose, which guards against the many ways in which a JWT can be forged.
 */
export function createIdTokenVerifier(
  jwksUrl: string,
  fetch: Fetch,
  clock: () => number,
): IdTokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 5000,
    [customFetch]: async (url, options) => capped(await fetch(url, options)),
  })
  return async (idToken, { issuer, audience, nonce }) => {
    try {
      const { payload } = await jwtVerify(idToken, keys, {
        issuer,
        audience,
        algorithms: ['RS256'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(clock()),
        requiredClaims: ['exp', 'iat', 'nonce'],
      })
      if (payload['nonce'] !== nonce) return { kind: 'refused', reason: 'nonce mismatch' }
      return { kind: 'verified', claims: payload }
    } catch (error) {
      return failureOf(error)
    }
  }
}

function failureOf(error: unknown): IdTokenVerification {
  // If the keys were fetched and do not include this one, the token is at fault; if they could not
  // be fetched, it is not.
  if (error instanceof errors.JWKSTimeout) return { kind: 'unavailable', reason: error.code }
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC') {
    return { kind: 'refused', reason: error.code }
  }
  return { kind: 'unavailable', reason: error instanceof Error ? error.name : 'unknown' }
}
