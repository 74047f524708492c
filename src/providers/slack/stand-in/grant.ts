import type { CodeGrant, Codes } from '../../../sandbox/codes.ts'

/** What a user consented to at Slack. */
export type SlackGrant = CodeGrant & {
  userId: string
  botScopes: readonly string[]
  userScopes: readonly string[]
  /** OpenID Connect: what the id_token must repeat; null for plain OAuth. */
  openid: { nonce: string | null } | null
}

export type SlackCodes = Codes<SlackGrant>
