import type { Fetch } from './call-provider.ts'
import { createEntra } from './entra.ts'
import { installBot } from './graph.ts'
import type { Provider } from './provider.ts'

/** Microsoft Teams: who somebody is by Entra's OpenID Connect, the bot in their chat by Graph. */
export function createMsTeams(
  urls: { entraUrl: string; graphUrl: string },
  fetch: Fetch,
  clock: () => number,
): Provider {
  const entra = createEntra(urls, fetch, clock)
  return {
    id: 'msteams',
    name: 'Microsoft Teams',
    title: 'MS Teams',
    endpointType: 'ms_teams_user',
    isIssuer: (issuer) => entra.isIssuer(issuer),
    // Scopes are Novu's fixed ones, whatever the caller asks for.
    protocolFor: () => 'openid',
    linkUserUrl: (request) => entra.authorizeUrl(request),
    identify: (exchange) => entra.identify(exchange),
    connect: {
      kind: 'admin_consent',
      url: (request) => entra.adminConsentUrl(request),
      isTenantId: (text) => entra.isTenantId(text),
      async prove(app, tenantId) {
        const token = await entra.appToken(app, tenantId)
        return token.kind === 'granted'
          ? { kind: 'proven' }
          : { kind: 'not_yet', problem: token.problem }
      },
    },
    endpointOf: ({ userId, workspace }) => ({ userId, tenantId: workspace.id }),
    async reach(app, user) {
      const token = await entra.appToken(app, user.tenantId)
      if (token.kind === 'refused') return { kind: 'not_yet', problem: token.problem }
      return installBot(fetch, urls.graphUrl, { token: token.accessToken, app, user })
    },
  }
}
