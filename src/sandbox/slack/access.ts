import { type RedeemDeps, redeemCode } from './redeem.ts'

export type AccessDeps = RedeemDeps & { randomId: (length: number) => string }

/** `oauth.v2.access` (https://docs.slack.dev/reference/methods/oauth.v2.access). */
export async function exchangeCode(deps: AccessDeps, request: Request): Promise<Response> {
  const redeemed = await redeemCode(deps, request, 'oauth')
  if (redeemed.kind === 'refused') return redeemed.answer
  const { app, grant, user, workspace } = redeemed
  const userToken = {
    scope: grant.userScopes.join(','),
    access_token: `xoxp-${deps.randomId(24)}`,
    token_type: 'user',
  }
  const botToken = {
    access_token: `xoxb-${deps.randomId(24)}`,
    token_type: 'bot',
    scope: grant.botScopes.join(','),
    bot_user_id: 'U0LATCHBOT',
  }
  return Response.json({
    ok: true,
    app_id: app.id,
    authed_user: { id: user.id, ...(grant.userScopes.length > 0 && userToken) },
    ...(grant.botScopes.length > 0 && botToken),
    team: { id: workspace.id, name: workspace.name },
    enterprise: null,
    is_enterprise_install: false,
  })
}
