export type IssuedTokens = {
  /** Records an issued token, and returns it. */
  issue(token: string): string
  /** `auth.revoke` (https://docs.slack.dev/reference/methods/auth.revoke). */
  revoke(request: Request): Response
}

const MAX_TOKENS = 10_000

/** Issued tokens in memory; the oldest are evicted first. */
export function createIssuedTokens(): IssuedTokens {
  const states = new Map<string, 'live' | 'revoked'>()
  return {
    issue(token) {
      const [oldest] = states.keys()
      if (states.size >= MAX_TOKENS && oldest !== undefined) states.delete(oldest)
      states.set(token, 'live')
      return token
    },
    revoke(request) {
      const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      const state = states.get(token)
      if (state === undefined) return Response.json({ ok: false, error: 'invalid_auth' })
      if (state === 'revoked') return Response.json({ ok: false, error: 'token_revoked' })
      states.set(token, 'revoked')
      return Response.json({ ok: true, revoked: true })
    },
  }
}
