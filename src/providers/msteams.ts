import type { Fetch } from './call-provider.ts'
import { createEntra } from './entra.ts'
import { entraSetUp, examineEntraApp } from './entra-examination.ts'
import { readRoles } from './entra-roles.ts'
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
        if (token.kind === 'refused') return { kind: 'not_yet', problem: token.problem }
        // In its own tenant an app gets a token unasked: only what it may do there was consented to.
        if (readRoles(token.accessToken)?.length === 0) {
          return { kind: 'not_yet', problem: 'No application permission is granted to the app' }
        }
        return { kind: 'proven' }
      },
    },
    endpointOf: ({ userId, workspace }) => ({ userId, tenantId: workspace.id }),
    examine: (app, redirectUri) =>
      examineEntraApp({ entra, graphUrl: urls.graphUrl, fetch }, app, redirectUri),
    setUp: entraSetUp,
    async reach(app, user) {
      const token = await entra.appToken(app, user.tenantId)
      if (token.kind === 'refused') return { kind: 'not_yet', problem: token.problem }
      return installBot(fetch, urls.graphUrl, { token: token.accessToken, app, user })
    },
  }
}
