export type RefreshTokens = {
  issue(clientId: string, scope: string): string
  /**
   * Redeems a token once and returns the scope that it was issued for; null for an unknown token or
   * another client.
   */
  spend(refreshToken: string, clientId: string): string | null
}

const MAX_TOKENS = 10_000

/** Single-use refresh tokens in memory; the oldest are evicted first. */
export function createRefreshTokens(deps: { randomId: (length: number) => string }): RefreshTokens {
  const issued = new Map<string, { clientId: string; scope: string }>()
  return {
    issue(clientId, scope) {
      const [oldest] = issued.keys()
      if (issued.size >= MAX_TOKENS && oldest !== undefined) issued.delete(oldest)
      const refreshToken = `xoxe-1-${deps.randomId(40)}`
      issued.set(refreshToken, { clientId, scope })
      return refreshToken
    },
    spend(refreshToken, clientId) {
      const entry = issued.get(refreshToken)
      if (entry?.clientId !== clientId) return null
      issued.delete(refreshToken)
      return entry.scope
    },
  }
}
