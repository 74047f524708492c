import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Fetch } from '../call-provider.ts'
import { createIdTokenVerifier } from '../id-token.ts'
import type { IdentifyOutcome } from '../provider.ts'
import { createQueryString } from '../query-string.ts'
import { shownNames } from '../shown-names.ts'
import { withCodeChallenge } from './authorize.ts'
import { exchangeCode } from './exchange.ts'
import type { SlackProtocol } from './oauth.ts'

const Granted = Type.Object({ ok: Type.Literal(true), id_token: Type.String({ minLength: 1 }) })

/** Slack's ids are custom claims (https://docs.slack.dev/authentication/sign-in-with-slack). */
const Claims = Type.Object({
  'https://slack.com/user_id': Type.String({ minLength: 1 }),
  'https://slack.com/team_id': Type.String({ minLength: 1 }),
  'https://slack.com/team_name': Type.Optional(Type.String()),
  'https://slack.com/enterprise_id': Type.Optional(Type.String()),
  name: Type.Optional(Type.Unknown()),
  email: Type.Optional(Type.Unknown()),
})

/** Sign in with Slack: OpenID Connect at its own endpoints. */
export function createSlackOpenId(
  slackUrl: string,
  fetch: Fetch,
  clock: () => number,
): SlackProtocol {
  const queryString = createQueryString()
  const verify = createIdTokenVerifier(`${slackUrl}/openid/connect/keys`, fetch, clock)

  return {
    authorizeUrl(request) {
      const { app, redirectUri, state, userScope, workspaceId } = request
      const query = queryString({
        response_type: 'code',
        state,
        client_id: app.clientId,
        redirect_uri: redirectUri,
        scope: (userScope ?? []).join(' '),
        nonce: request.proofs().nonce,
        team: workspaceId,
      })
      return withCodeChallenge(`${slackUrl}/openid/connect/authorize?${query}`, request)
    },

    async identify(exchange) {
      const url = `${slackUrl}/api/openid.connect.token`
      const exchanged = await exchangeCode(fetch, url, exchange, Granted, {
        grant_type: 'authorization_code',
      })
      if (exchanged.kind !== 'granted') return exchanged
      const { clientId } = exchange.app
      const expected = { issuer: slackUrl, audience: clientId, nonce: exchange.nonce }
      return identityOf(await verify(exchanged.granted.id_token, expected))
    },
  }
}

function identityOf(
  verification: Awaited<ReturnType<ReturnType<typeof createIdTokenVerifier>>>,
): IdentifyOutcome {
  switch (verification.kind) {
    case 'unavailable':
      return { kind: 'unavailable', reason: verification.reason, codeSent: true }
    case 'refused':
      return { kind: 'refused', error: `id_token: ${verification.reason}` }
    case 'verified': {
      const { claims } = verification
      if (!Value.Check(Claims, claims))
        return { kind: 'refused', error: 'id_token: user or team id missing' }
      const enterpriseId = claims['https://slack.com/enterprise_id']
      const workspace = {
        id: claims['https://slack.com/team_id'],
        name: claims['https://slack.com/team_name'] ?? null,
        ...(enterpriseId !== undefined && { enterpriseId }),
      }
      const userId = claims['https://slack.com/user_id']
      const names = shownNames({ name: claims.name, signInName: claims.email })
      return { kind: 'identified', identity: { userId, ...names, workspace } }
    }
  }
}
