import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { callProvider, type Fetch } from '../call-provider.ts'
import type { AuthorizationRequest, CodeExchange, IdentifyOutcome, Identity } from '../provider.ts'
import { shownNames } from '../shown-names.ts'
import { createSlackAuthorize } from './authorize.ts'
import { exchangeCode } from './exchange.ts'

/** Novu's default user scopes. */
const DEFAULT_USER_SCOPE = ['identity.basic']

/** https://docs.slack.dev/reference/methods/oauth.v2.access */
const Granted = Type.Object({
  ok: Type.Literal(true),
  authed_user: Type.Object({
    id: Type.String({ minLength: 1 }),
    access_token: Type.Optional(Type.Unknown()),
  }),
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
      if (exchanged.kind !== 'granted') return exchanged
      const { granted } = exchanged
      const outcome = identified(granted)
      const { access_token: token } = granted.authed_user
      if (!exchange.needsName || typeof token !== 'string') return outcome
      const names = await findNames(fetch, slackUrl, token, granted.authed_user.id)
      return { ...outcome, identity: { ...outcome.identity, ...names } }
    },
  }
}

/** https://docs.slack.dev/reference/methods/users.identity */
const UserIdentity = Type.Object({
  ok: Type.Literal(true),
  user: Type.Object({
    id: Type.String(),
    name: Type.Optional(Type.Unknown()),
    email: Type.Optional(Type.Unknown()),
  }),
})

/**
 * Asks Slack for the user's name, which the scope `identity.basic` permits. Without an answer they are
 * shown by their id: they have proven who they are already. The token is used for nothing else, and not
 * kept.
 */
async function findNames(
  fetch: Fetch,
  slackUrl: string,
  token: string,
  userId: string,
): Promise<Pick<Identity, 'name' | 'signInName'>> {
  const url = `${slackUrl}/api/users.identity`
  const answer = await callProvider(fetch, url, {
    method: 'GET',
    headers: { authorization: `Bearer ${token}` },
    timeoutMs: NAME_TIMEOUT_MS,
  })
  if (answer.kind !== 'answered' || !Value.Check(UserIdentity, answer.body)) return {}
  const { id, name, email } = answer.body.user
  return id === userId ? shownNames({ name, signInName: email }) : {}
}

const NAME_TIMEOUT_MS = 3000

/** The user's token is not stored: latch does not need it. */
const identified = ({
  authed_user,
  team,
  enterprise,
}: Static<typeof Granted>): Extract<IdentifyOutcome, { kind: 'identified' }> => ({
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
