import type { Fetch } from './call-provider.ts'
import type { Provider } from './provider.ts'
import { examineSlackApp, slackManifest } from './slack-examination.ts'
import { createSlackInstall } from './slack-install.ts'
import { createSlackOAuth } from './slack-oauth.ts'
import { createSlackOpenId } from './slack-openid.ts'

/**
 * Slack, by either of its protocols: OAuth v2 with user scopes (what Novu uses), or Sign in with
 * Slack where `openid` is among the scopes, which is the one that apps made today may use.
 */
export function createSlack(slackUrl: string, fetch: Fetch, clock: () => number): Provider {
  const oauth = createSlackOAuth(slackUrl, fetch)
  const openid = createSlackOpenId(slackUrl, fetch, clock)
  return {
    id: 'slack',
    name: 'Slack',
    title: 'Slack',
    endpointType: 'slack_user',
    isIssuer: (issuer) => issuer === slackUrl,
    protocolFor: (userScope) => (userScope?.includes('openid') ? 'openid' : 'oauth'),
    linkUserUrl: (request) =>
      request.protocol === 'openid' ? openid.authorizeUrl(request) : oauth.authorizeUrl(request),
    identify: (exchange) =>
      exchange.protocol === 'openid' ? openid.identify(exchange) : oauth.identify(exchange),
    connect: createSlackInstall(slackUrl, fetch),
    endpointOf: ({ userId }) => ({ userId }),
    reach: null,
    examine: (app, redirectUri) => examineSlackApp(slackUrl, fetch, app, redirectUri),
    setUp: slackManifest,
  }
}
