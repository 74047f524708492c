/** What a user allowed, waiting to be exchanged. */
export type Grant = {
  clientId: string
  redirectUri: string
  userId: string
  botScopes: readonly string[]
  userScopes: readonly string[]
}

export type Redemption =
  | { kind: 'granted'; grant: Grant }
  | { kind: 'refused'; error: 'invalid_code' | 'code_already_used' | 'bad_redirect_uri' }

export type Codes = {
  issue(grant: Grant): string
  redeem(code: string, by: { clientId: string; redirectUri: string }): Redemption
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
    redeem(code, { clientId, redirectUri }) {
      const entry = issued.get(code)
      if (!entry || entry.grant.clientId !== clientId || deps.clock() > entry.expiresAtMs) {
        return { kind: 'refused', error: 'invalid_code' }
      }
      if (entry.used) return { kind: 'refused', error: 'code_already_used' }
      if (entry.grant.redirectUri !== redirectUri) {
        return { kind: 'refused', error: 'bad_redirect_uri' }
      }
      entry.used = true
      return { kind: 'granted', grant: entry.grant }
    },
  }
}
