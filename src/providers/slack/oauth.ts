import { type Static, Type } from '@sinclair/typebox'
import type { Fetch } from '../call-provider.ts'
import type { AuthorizationRequest, CodeExchange, IdentifyOutcome } from '../provider.ts'
import { createSlackAuthorize } from './authorize.ts'
import { exchangeCode } from './exchange.ts'

/** Novu's default user scopes. */
const DEFAULT_USER_SCOPE = ['identity.basic']

/** https://docs.slack.dev/reference/methods/oauth.v2.access */
const Granted = Type.Object({
  ok: Type.Literal(true),
  authed_user: Type.Object({ id: Type.String({ minLength: 1 }) }),
  team: Type.Object({
    id: Type.String({ minLength: 1 }),
    name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
  enterprise: Type.Optional(Type.Union([Type.Object({ id: Type.String() }), Type.Null()])),
})

export type SlackProtocol = {
  authorizeUrl(request: AuthorizationRequest): string
  identify(exchange: CodeExchange): Promise<IdentifyOutcome>
}

/** Slack's OAuth v2 with user scopes (https://docs.slack.dev/authentication/installing-with-oauth). */
export function createSlackOAuth(slackUrl: string, fetch: Fetch): SlackProtocol {
  const authorize = createSlackAuthorize(slackUrl)
  return {
    authorizeUrl: (request) =>
      authorize(request, { user_scope: (request.userScope ?? DEFAULT_USER_SCOPE).join(',') }),

    async identify(exchange) {
      const url = `${slackUrl}/api/oauth.v2.access`
      const exchanged = await exchangeCode(fetch, url, exchange, Granted)
      return exchanged.kind === 'granted' ? identified(exchanged.granted) : exchanged
    },
  }
}

/** The user's token in the response is not read: latch does not need it, so it stores none. */
const identified = ({
  authed_user,
  team,
  enterprise,
}: Static<typeof Granted>): IdentifyOutcome => ({
  kind: 'identified',
  identity: {
    userId: authed_user.id,
    workspace: {
      id: team.id,
      name: team.name ?? null,
      ...(enterprise && { enterpriseId: enterprise.id }),
    },
  },
})
