import type { SlackUser } from './directory.ts'
import { type RedeemDeps, readClientRequest, redeemCode, refuse } from './redeem.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { IssuedTokens } from './tokens.ts'

export type OAuthV2AccessDeps = RedeemDeps & {
  randomId: (length: number) => string
  refreshTokens: RefreshTokens
  tokens: IssuedTokens
}

/** Tokens live for 12 hours (https://docs.slack.dev/authentication/using-token-rotation). */
const LIFETIME_SECONDS = 12 * 60 * 60

/** `oauth.v2.access` (https://docs.slack.dev/reference/methods/oauth.v2.access). */
export async function oauthV2Access(deps: OAuthV2AccessDeps, request: Request): Promise<Response> {
  const client = await readClientRequest(deps, request)
  if (client.kind === 'refused') return client.answer
  const { app, form } = client
  if (form.get('grant_type') === 'refresh_token') {
    const scope = deps.refreshTokens.spend(form.get('refresh_token') ?? '', app.clientId)
    if (scope === null) return refuse('invalid_refresh_token').answer
    return Response.json({ ok: true, app_id: app.id, ...botTokens(deps, app, scope) })
  }
  const redeemed = redeemCode(deps, client, 'oauth')
  if (redeemed.kind === 'refused') return redeemed.answer
  const { grant, user, workspace } = redeemed
  const userToken = {
    scope: grant.userScopes.join(','),
    access_token: userTokenOf(deps, grant.userScopes, user),
    token_type: 'user',
  }
  return Response.json({
    ok: true,
    app_id: app.id,
    authed_user: { id: user.id, ...(grant.userScopes.length > 0 && userToken) },
    ...(grant.botScopes.length > 0 && botTokens(deps, app, grant.botScopes.join(','))),
    team: { id: workspace.id, name: workspace.name },
    enterprise: null,
    is_enterprise_install: false,
  })
}

/** Only the scope `identity.basic` lets a token ask for the user's name. */
function userTokenOf(
  { randomId, tokens }: OAuthV2AccessDeps,
  scopes: readonly string[],
  user: SlackUser,
): string {
  const token = `xoxp-${randomId(24)}`
  return tokens.issue(token, scopes.includes('identity.basic') ? user : undefined)
}

function botTokens(
  { randomId, refreshTokens, tokens }: OAuthV2AccessDeps,
  { clientId, rotates }: { clientId: string; rotates: boolean },
  scope: string,
): Record<string, string | number> {
  const bot = { token_type: 'bot', scope, bot_user_id: 'U0LATCHBOT' }
  if (!rotates) return { ...bot, access_token: tokens.issue(`xoxb-${randomId(24)}`) }
  return {
    ...bot,
    access_token: tokens.issue(`xoxe.xoxb-${randomId(24)}`),
    refresh_token: refreshTokens.issue(clientId, scope),
    expires_in: LIFETIME_SECONDS,
  }
}
