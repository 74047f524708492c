import type { SlackUser } from './directory.ts'

export type IssuedTokens = {
  /** Records an issued token, and returns it. `user`: of a user's token, who they are. */
  issue(token: string, user?: SlackUser): string
  /**
   * `users.identity` (https://docs.slack.dev/reference/methods/users.identity), for a token with the
   * scope `identity.basic`.
   */
  identity(request: Request): Response
  /** `auth.revoke` (https://docs.slack.dev/reference/methods/auth.revoke). */
  revoke(request: Request): Response
}

const MAX_TOKENS = 10_000

/** Issued tokens in memory; the oldest are evicted first. */
export function createIssuedTokens(): IssuedTokens {
  const states = new Map<string, 'live' | 'revoked'>()
  const users = new Map<string, SlackUser>()
  return {
    issue(token, user) {
      const [oldest] = states.keys()
      if (states.size >= MAX_TOKENS && oldest !== undefined) {
        states.delete(oldest)
        users.delete(oldest)
      }
      states.set(token, 'live')
      if (user !== undefined) users.set(token, user)
      return token
    },
    identity(request) {
      const user = users.get(tokenOf(request))
      if (user === undefined) return Response.json({ ok: false, error: 'invalid_auth' })
      const { id, name, teamId } = user
      return Response.json({ ok: true, user: { id, name }, team: { id: teamId } })
    },
    revoke(request) {
      const token = tokenOf(request)
      const state = states.get(token)
      if (state === undefined) return Response.json({ ok: false, error: 'invalid_auth' })
      if (state === 'revoked') return Response.json({ ok: false, error: 'token_revoked' })
      states.set(token, 'revoked')
      return Response.json({ ok: true, revoked: true })
    },
  }
}

const tokenOf = ({ headers }: Request): string =>
  /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? ''
