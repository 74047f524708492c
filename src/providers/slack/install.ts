import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { basicAuthorization } from '../basic-authorization.ts'
import { type Fetch, postForm } from '../call-provider.ts'
import type { Connect, InstallOutcome, RefreshedTokens } from '../provider.ts'
import { createSlackAuthorize } from './authorize.ts'
import { exchangeCode } from './exchange.ts'
import { SlackRefusal } from './refusal.ts'

/** Novu's default bot scopes. */
export const DEFAULT_BOT_SCOPE: readonly string[] = [
  'chat:write',
  'chat:write.public',
  'channels:read',
  'groups:read',
  'users:read',
  'users:read.email',
]

const TeamOrEnterprise = Type.Object({
  id: Type.String({ minLength: 1 }),
  name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
const OptionalTeamOrEnterprise = Type.Optional(Type.Union([TeamOrEnterprise, Type.Null()]))

/** https://docs.slack.dev/reference/methods/auth.revoke */
const Revoked = Type.Object({ ok: Type.Literal(true) })
const INVALID_TOKEN_ERRORS = new Set([
  'token_revoked',
  'token_expired',
  'invalid_auth',
  'account_inactive',
])

/** https://docs.slack.dev/authentication/using-token-rotation */
const Refreshed = Type.Object({
  ok: Type.Literal(true),
  access_token: Type.String({ minLength: 1 }),
  refresh_token: Type.Optional(Type.String({ minLength: 1 })),
  expires_in: Type.Optional(Type.Integer()),
})

/** https://docs.slack.dev/reference/methods/oauth.v2.access */
const Granted = Type.Object({
  ok: Type.Literal(true),
  access_token: Type.String({ minLength: 1 }),
  bot_user_id: Type.Optional(Type.String()),
  team: OptionalTeamOrEnterprise,
  enterprise: OptionalTeamOrEnterprise,
  is_enterprise_install: Type.Optional(Type.Boolean()),
  authed_user: Type.Optional(
    Type.Object({
      id: Type.Optional(Type.String()),
      /** Only if user scopes were granted. */
      access_token: Type.Optional(Type.String({ minLength: 1 })),
    }),
  ),
  incoming_webhook: Type.Optional(Type.Object({ url: Type.String({ minLength: 1 }) })),
  refresh_token: Type.Optional(Type.String({ minLength: 1 })),
  expires_in: Type.Optional(Type.Integer()),
})

/** Installs a Slack app in a workspace, or in a whole organisation (Enterprise Grid). */
export function createSlackInstall(slackUrl: string, fetch: Fetch): Connect {
  const authorize = createSlackAuthorize(slackUrl)
  return {
    kind: 'code',
    url: (request) => authorize(request, { scope: (request.scope ?? DEFAULT_BOT_SCOPE).join(',') }),

    async install(exchange) {
      const url = `${slackUrl}/api/oauth.v2.access`
      const exchanged = await exchangeCode(fetch, url, exchange, Granted)
      return exchanged.kind === 'granted' ? installed(exchanged.granted) : exchanged
    },

    async revoke(accessToken) {
      const authorization = `Bearer ${accessToken}`
      const answer = await postForm(fetch, `${slackUrl}/api/auth.revoke`, {}, { authorization })
      if (answer.kind === 'unavailable') return { kind: 'unavailable', reason: answer.reason }
      const { status, body } = answer
      if (Value.Check(Revoked, body)) return { kind: 'revoked' }
      if (!Value.Check(SlackRefusal, body)) {
        return { kind: 'unavailable', reason: `status ${status}, unexpected body` }
      }
      // A token that is already invalid need not be revoked.
      return INVALID_TOKEN_ERRORS.has(body.error)
        ? { kind: 'revoked' }
        : { kind: 'refused', error: body.error }
    },

    async refresh(app, refreshToken) {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
      const answer = await postForm(fetch, `${slackUrl}/api/oauth.v2.access`, form, {
        authorization: basicAuthorization(app),
      })
      if (answer.kind === 'unavailable') return { kind: 'unavailable', reason: answer.reason }
      const { status, body } = answer
      if (Value.Check(SlackRefusal, body)) return { kind: 'refused', error: body.error }
      if (Value.Check(Refreshed, body)) return { kind: 'refreshed', tokens: tokensOf(body) }
      return { kind: 'unavailable', reason: `status ${status}, unexpected body` }
    },
  }
}

/**
 * A lifetime of zero is treated as absent: taken literally, the token would have expired on
 * arrival.
 */
function tokensOf(granted: Static<typeof Refreshed>): RefreshedTokens {
  const { access_token, refresh_token = null, expires_in = 0 } = granted
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresInSeconds: expires_in > 0 ? expires_in : null,
  }
}

function installed(granted: Static<typeof Granted>): InstallOutcome {
  // An org-wide install has no team, and only this flag identifies it: a workspace that is part of
  // an organisation has an `enterprise` as well.
  const isOrgWide = granted.is_enterprise_install === true
  const workspace = isOrgWide ? granted.enterprise : granted.team
  if (!workspace) return { kind: 'refused', error: 'no workspace in the response' }
  const { accessToken, refreshToken, expiresInSeconds } = tokensOf(granted)
  return {
    kind: 'installed',
    installation: {
      workspace: {
        id: workspace.id,
        name: workspace.name ?? null,
        ...(!isOrgWide && granted.enterprise && { enterpriseId: granted.enterprise.id }),
      },
      tokens: {
        accessToken,
        rotation: refreshToken === null ? null : { refreshToken, expiresInSeconds },
      },
      userId: granted.authed_user?.id ?? null,
      botUserId: granted.bot_user_id ?? null,
      userToken: granted.authed_user?.access_token ?? null,
      webhookUrl: granted.incoming_webhook?.url ?? null,
    },
  }
}
