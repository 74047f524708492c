import { createHash } from 'node:crypto'

/**
 * What every code is bound to (RFC 6749 §4.1.3, RFC 7636 §4.4); each stand-in adds its own fields.
 */
export type CodeGrant = {
  clientId: string
  redirectUri: string
  /** PKCE, S256; null if none was sent. */
  codeChallenge: string | null
}

export type Redemption<Grant> =
  | { kind: 'granted'; grant: Grant }
  | { kind: 'refused'; because: 'unknown' | 'expired' | 'used' | 'redirect_uri' | 'code_verifier' }

type RedeemedBy<Grant> = {
  clientId: string
  redirectUri: string
  codeVerifier: string | null
  /**
   * Returns false for a code that was issued for another purpose, which is then treated as unknown.
   */
  takes?: (grant: Grant) => boolean
}

export type Codes<Grant extends CodeGrant> = {
  issue(grant: Grant): string
  redeem(code: string, by: RedeemedBy<Grant>): Redemption<Grant>
}

/** Both providers' codes live for 10 minutes. */
const LIFETIME_MS = 10 * 60 * 1000
const MAX_CODES = 10_000

/** Codes in memory; the oldest are evicted first, as a stand-in persists nothing. */
export function createCodes<Grant extends CodeGrant>(deps: {
  clock: () => number
  randomCode: () => string
}): Codes<Grant> {
  const issued = new Map<string, { grant: Grant; expiresAtMs: number; used: boolean }>()
  return {
    issue(grant) {
      const [oldest] = issued.keys()
      if (issued.size >= MAX_CODES && oldest !== undefined) issued.delete(oldest)
      const code = deps.randomCode()
      issued.set(code, { grant, expiresAtMs: deps.clock() + LIFETIME_MS, used: false })
      return code
    },
    redeem(code, { clientId, redirectUri, codeVerifier, takes }) {
      const entry = issued.get(code)
      if (entry?.grant.clientId !== clientId || takes?.(entry.grant) === false) {
        return { kind: 'refused', because: 'unknown' }
      }
      if (deps.clock() > entry.expiresAtMs) return { kind: 'refused', because: 'expired' }
      if (entry.used) return { kind: 'refused', because: 'used' }
      if (entry.grant.redirectUri !== redirectUri) {
        return { kind: 'refused', because: 'redirect_uri' }
      }
      if (!proves(entry.grant.codeChallenge, codeVerifier)) {
        return { kind: 'refused', because: 'code_verifier' }
      }
      entry.used = true
      return { kind: 'granted', grant: entry.grant }
    },
  }
}

/** Verifies the code verifier (RFC 7636 §4.6); a verifier without a challenge is an error too. */
function proves(codeChallenge: string | null, codeVerifier: string | null): boolean {
  if (codeChallenge === null || codeVerifier === null) return codeChallenge === codeVerifier
  return createHash('sha256').update(codeVerifier).digest('base64url') === codeChallenge
}
