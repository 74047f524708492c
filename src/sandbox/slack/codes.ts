import { createHash } from 'node:crypto'

/** What a user allowed, waiting to be exchanged. */
export type Grant = {
  clientId: string
  redirectUri: string
  userId: string
  botScopes: readonly string[]
  userScopes: readonly string[]
  /** OpenID Connect: what the id_token must repeat; null for plain OAuth. */
  openid: { nonce: string | null } | null
  /** PKCE, S256; null where none was sent. */
  codeChallenge: string | null
}

type RedemptionError =
  | 'invalid_code'
  | 'code_already_used'
  | 'bad_redirect_uri'
  | 'invalid_code_verifier'

export type Redemption =
  | { kind: 'granted'; grant: Grant }
  | { kind: 'refused'; error: RedemptionError }

type RedeemedBy = {
  clientId: string
  redirectUri: string
  openid: boolean
  codeVerifier: string | null
}

export type Codes = {
  issue(grant: Grant): string
  redeem(code: string, by: RedeemedBy): Redemption
}

/** https://docs.slack.dev/authentication/installing-with-oauth: codes expire after 10 minutes. */
const LIFETIME_MS = 10 * 60 * 1000
const MOST_CODES = 10_000

/** Codes in memory, the oldest forgotten first: a stand-in has nothing to keep. */
export function createCodes(deps: {
  clock: () => number
  randomId: (length: number) => string
}): Codes {
  const issued = new Map<string, { grant: Grant; expiresAtMs: number; used: boolean }>()
  return {
    issue(grant) {
      const [oldest] = issued.keys()
      if (issued.size >= MOST_CODES && oldest !== undefined) issued.delete(oldest)
      const code = `${deps.randomId(12)}.${deps.randomId(40)}`
      issued.set(code, { grant, expiresAtMs: deps.clock() + LIFETIME_MS, used: false })
      return code
    },
    redeem(code, { clientId, redirectUri, openid, codeVerifier }) {
      const entry = issued.get(code)
      if (!entry || entry.grant.clientId !== clientId || deps.clock() > entry.expiresAtMs) {
        return { kind: 'refused', error: 'invalid_code' }
      }
      if ((entry.grant.openid !== null) !== openid) {
        return { kind: 'refused', error: 'invalid_code' }
      }
      if (entry.used) return { kind: 'refused', error: 'code_already_used' }
      if (entry.grant.redirectUri !== redirectUri) {
        return { kind: 'refused', error: 'bad_redirect_uri' }
      }
      if (!proves(entry.grant.codeChallenge, codeVerifier)) {
        return { kind: 'refused', error: 'invalid_code_verifier' }
      }
      entry.used = true
      return { kind: 'granted', grant: entry.grant }
    },
  }
}

/** RFC 7636 §4.6; a verifier where no challenge was sent is a mistake too. */
function proves(codeChallenge: string | null, codeVerifier: string | null): boolean {
  if (codeChallenge === null || codeVerifier === null) return codeChallenge === codeVerifier
  return createHash('sha256').update(codeVerifier).digest('base64url') === codeChallenge
}
