import { Type } from '@sinclair/typebox'
import type { CreateProvider } from '../definition.ts'
import type { PersonType } from '../provider.ts'
import { diagnoseEntraApp, entraSetupInstructions } from './diagnostics.ts'
import { createEntra } from './entra.ts'
import { ENTRA_ERRORS } from './errors.ts'
import { installTeamsApp } from './graph.ts'
import { readRoles } from './roles.ts'

const CREDENTIALS = {
  tenantId: Type.Optional(Type.String({ description: 'Microsoft Teams: the tenant of the app.' })),
  singleTenant: Type.Optional(
    Type.Boolean({
      description: 'Microsoft Teams: only users of `tenantId` may sign in to the app.',
    }),
  ),
}

/** Entra writes its ids in lower case, and backends often do not. */
const chatUserOf: PersonType['chatUserOf'] = ({ userId, tenantId }, workspaceId) => ({
  userId: String(userId).toLowerCase(),
  workspaceId: (typeof tenantId === 'string' ? tenantId : workspaceId)?.toLowerCase() ?? null,
})

const ENDPOINTS = {
  destinations: [
    {
      type: 'ms_teams_channel',
      shape: Type.Object(
        { teamId: Type.String(), channelId: Type.String() },
        { additionalProperties: false },
      ),
    },
  ],
  person: {
    type: 'ms_teams_user',
    shape: Type.Object(
      { userId: Type.String(), tenantId: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
    chatUserOf,
  },
}

const CONSENT_TEXTS = {
  pending: 'Waiting for Microsoft',
  pendingAdvice:
    'Azure permission changes can take up to 60 minutes. We keep asking: there is nothing more for ' +
    'you to do, unless an administrator did not in fact consent.',
  missing: 'Microsoft did not say that an administrator consented, so nothing was connected.',
  notProvenAdvice:
    'If you are an administrator of this organisation, sign in with that account: ask for a new ' +
    'link, and open it. Otherwise have one open it. To take a consent back, an administrator removes ' +
    'the app at entra.microsoft.com, under Enterprise applications.',
}

/**
 * Microsoft Teams: identifies users by Entra's OpenID Connect, and installs the bot in their chat
 * by Microsoft Graph.
 */
export const createMsTeams: CreateProvider = ({ address, fetch, clock }) => {
  const urls = { entraUrl: address('entra'), graphUrl: address('graph') }
  const entra = createEntra(urls, fetch, clock)
  return {
    connectedText: 'Microsoft Teams is connected and ready to use.',
    errors: ENTRA_ERRORS,
    credentials: CREDENTIALS,
    endpoints: ENDPOINTS,
    isIssuer: (issuer) => entra.isIssuer(issuer),
    // The scopes are Novu's fixed ones, whatever the caller requests.
    protocolFor: () => 'openid',
    linkUserUrl: (request) => entra.authorizeUrl(request),
    identify: (exchange) => entra.identify(exchange),
    connect: {
      kind: 'admin_consent',
      texts: CONSENT_TEXTS,
      url: (request) => entra.adminConsentUrl(request),
      isTenantId: (text) => entra.isTenantId(text),
      signInUrl: (request) => entra.authorizeUrl(request),
      identifyAdmin: (exchange, policy) => entra.identifyAdmin(exchange, policy),
      async prove(app, tenantId) {
        const token = await entra.appToken(app, tenantId)
        if (token.kind === 'refused') return { kind: 'not_yet', problem: token.problem }
        // In its own tenant an app gets a token without consent; only its permissions there need
        // consent.
        if (readRoles(token.accessToken)?.length === 0) {
          return { kind: 'not_yet', problem: 'No application permission is granted to the app' }
        }
        return { kind: 'proven' }
      },
    },
    endpointOf: ({ userId, workspace }) => ({ userId, tenantId: workspace.id }),
    diagnose: (app, redirectUri) =>
      diagnoseEntraApp({ entra, graphUrl: urls.graphUrl, fetch }, app, redirectUri),
    setupInstructions: entraSetupInstructions,
    async installBot(app, endpoint) {
      const { userId = '', tenantId = '' } = endpoint
      const user = { userId: String(userId) }
      const token = await entra.appToken(app, String(tenantId))
      if (token.kind === 'refused') return { kind: 'not_yet', problem: token.problem }
      return installTeamsApp(fetch, urls.graphUrl, { token: token.accessToken, app, user })
    },
  }
}
