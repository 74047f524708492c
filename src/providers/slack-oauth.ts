import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { basicAuthorization } from './basic-authorization.ts'
import { type Fetch, postForm } from './call-provider.ts'
import type { AuthorizationRequest, CodeExchange, IdentifyOutcome } from './provider.ts'
import { SlackRefusal } from './slack-refusal.ts'

/** What Novu asks for where the caller does not say. */
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
  return {
    authorizeUrl({ app, redirectUri, state, userScope, workspaceId, codeChallenge }) {
      const query = new URLSearchParams([
        ['state', state],
        ['client_id', app.clientId],
        ['redirect_uri', redirectUri],
        ['user_scope', (userScope ?? DEFAULT_USER_SCOPE).join(',')],
      ])
      // Opens Slack at this workspace; the user can still choose another, so it proves nothing.
      if (workspaceId !== null) query.set('team', workspaceId)
      if (app.pkce) addCodeChallenge(query, codeChallenge)
      return `${slackUrl}/oauth/v2/authorize?${query}`
    },

    async identify(exchange) {
      const answer = await postForm(fetch, `${slackUrl}/api/oauth.v2.access`, codeForm(exchange), {
        authorization: basicAuthorization(exchange.app),
      })
      if (answer.kind === 'unavailable') {
        return { kind: 'unavailable', reason: answer.reason, codeSent: answer.sent }
      }
      const { status, body } = answer
      if (Value.Check(SlackRefusal, body)) return { kind: 'refused', error: body.error }
      if (Value.Check(Granted, body)) return identified(body)
      return { kind: 'unavailable', reason: `status ${status}, unexpected body`, codeSent: true }
    },
  }
}

/** RFC 7636 §4.3. Slack takes an app that sends it for a public client, for good (S22). */
export function addCodeChallenge(query: URLSearchParams, codeChallenge: string): void {
  query.set('code_challenge', codeChallenge)
  query.set('code_challenge_method', 'S256')
}

/** RFC 6749 §4.1.3, and RFC 7636 §4.5. */
export function codeForm({
  app,
  code,
  redirectUri,
  codeVerifier,
}: Pick<CodeExchange, 'app' | 'code' | 'redirectUri' | 'codeVerifier'>): Record<string, string> {
  const form = { code, redirect_uri: redirectUri }
  return app.pkce ? { ...form, code_verifier: codeVerifier } : form
}

/** The user's token in the answer is not read: latch has no use for it, so it keeps none. */
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
