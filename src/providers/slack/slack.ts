import { Type } from '@sinclair/typebox'
import type { CreateProvider } from '../definition.ts'
import type { PersonType } from '../provider.ts'
import { diagnoseSlackApp, slackSetupInstructions } from './diagnostics.ts'
import { SLACK_ERRORS } from './errors.ts'
import { createSlackInstall } from './install.ts'
import { createSlackOAuth } from './oauth.ts'
import { createSlackOpenId } from './openid.ts'

const CREDENTIALS = {
  pkce: Type.Optional(
    Type.Boolean({
      description:
        'Send a PKCE challenge. Slack then treats the app as a public client permanently.',
    }),
  ),
}

const chatUserOf: PersonType['chatUserOf'] = ({ userId }, workspaceId) => ({
  userId: String(userId),
  workspaceId,
})

const ENDPOINTS = {
  destinations: [
    {
      type: 'slack_channel',
      shape: Type.Object({ channelId: Type.String() }, { additionalProperties: false }),
    },
  ],
  person: {
    type: 'slack_user',
    shape: Type.Object({ userId: Type.String() }, { additionalProperties: false }),
    chatUserOf,
  },
}

/**
 * Slack, by either of its protocols: OAuth v2 with user scopes (which Novu uses), or Sign in with
 * Slack if `openid` is among the scopes, which is the one available to apps created today.
 */
export const createSlack: CreateProvider = ({ address, fetch, clock }) => {
  const slackUrl = address('slack')
  const oauth = createSlackOAuth(slackUrl, fetch)
  const openid = createSlackOpenId(slackUrl, fetch, clock)
  return {
    connectedText: 'Your Slack workspace is connected and ready to use.',
    errors: SLACK_ERRORS,
    credentials: CREDENTIALS,
    endpoints: ENDPOINTS,
    isIssuer: (issuer) => issuer === slackUrl,
    protocolFor: (userScope) => (userScope?.includes('openid') ? 'openid' : 'oauth'),
    linkUserUrl: (request) =>
      request.protocol === 'openid' ? openid.authorizeUrl(request) : oauth.authorizeUrl(request),
    identify: (exchange) =>
      exchange.protocol === 'openid' ? openid.identify(exchange) : oauth.identify(exchange),
    connect: createSlackInstall(slackUrl, fetch),
    endpointOf: ({ userId }) => ({ userId }),
    installBot: null,
    diagnose: (app, redirectUri) => diagnoseSlackApp(slackUrl, fetch, app, redirectUri),
    setupInstructions: slackSetupInstructions,
  }
}
