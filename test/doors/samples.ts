import { createProviders } from '../../src/providers/create-providers.ts'
import { REGISTRY } from '../../src/providers/registry.ts'

/** A good input of an operation of the API; every property that its schema has is there. */
export type ApiSample = {
  method: 'POST' | 'PATCH' | 'PUT'
  path: string
  status: number
  body: Readonly<Record<string, unknown>>
}

const LINK = {
  integrationIdentifier: 'slack',
  connectionIdentifier: 'slack-connection-abc123',
  subscriberId: 'subscriber-123',
  context: { tenant: 'acme' },
  contextHash: 'ab',
  display: 'ada@example.com',
}
const CONNECT = { ...LINK, scope: ['chat:write'], connectionMode: 'subscriber', autoLinkUser: true }

const SETTINGS = {
  redirectUrl: 'https://app.example.com/done',
  openerOrigin: 'https://app.example.com',
  binding: 'cookie',
  userVerification: 'session',
  connectVerification: 'session',
  completionUrl: 'https://app.example.com/linked',
  hmac: false,
  minimumVerification: 'confirm',
  adminProof: 'role',
  adminRoles: '69091246-20e8-4a56-aa4d-066075b2a7a8',
}
const addresses = REGISTRY.flatMap((provider) => Object.entries(provider.addresses))
const urls = Object.fromEntries(addresses.map(([name, { fallback }]) => [name, fallback]))
const providers = [...(await createProviders(REGISTRY, urls, fetch, Date.now)).values()]
/** Those that one provider alone has, of every provider. */
const OWN_CREDENTIALS = Object.fromEntries(
  providers.flatMap(({ credentials }) =>
    Object.entries(credentials).map(([name, { type }]) => [
      name,
      type === 'boolean' ? false : 'own',
    ]),
  ),
)
const CREDENTIALS = { clientId: '1.2', secretKey: 'secret', ...OWN_CREDENTIALS, ...SETTINGS }

const PROFILE = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  phone: '+4930',
  avatar: 'https://example.com/ada.png',
  locale: 'en',
  timezone: 'Europe/London',
  data: { team: 'a' },
}

const CONTENT = {
  workspace: { id: 'T0NEW', name: 'New', botUserId: 'B0NEW' },
  auth: {
    accessToken: 'xoxb-new',
    refreshToken: 'xoxe-new',
    expiresAt: '2027-01-01T00:00:00Z',
    refreshTokenExpiresAt: '2028-01-01T00:00:00Z',
  },
}

export const SUBSCRIBER = { subscriberId: 'ada', ...PROFILE }
export const CONTEXT = { type: 'team', id: 'blue', data: { name: 'Blue' } }
export const INTEGRATION = {
  providerId: 'slack',
  channel: 'chat',
  name: 'Second',
  identifier: 'second',
  active: true,
  credentials: CREDENTIALS,
  configurations: SETTINGS,
}
export const CONNECTION = {
  integrationIdentifier: 'slack',
  identifier: 'second',
  subscriberId: 'ada',
  context: { team: 'blue' },
  connectionMode: 'subscriber',
  ...CONTENT,
}
export const ENDPOINT = {
  type: 'slack_user',
  endpoint: { userId: 'U0NEW' },
  subscriberId: 'ada',
  integrationIdentifier: 'slack',
  identifier: 'second',
  connectionIdentifier: 'second',
  context: { team: 'blue' },
  createSubscriberIfMissing: false,
}

type Ids = { environmentId: string; integrationId: string }

/** By the name of the body's schema; each may need what those before it made. */
export const apiSamples = ({
  environmentId,
  integrationId,
}: Ids): Readonly<Record<string, ApiSample>> => ({
  CreateSubscriberRequestDto: {
    method: 'POST',
    path: '/v2/subscribers',
    status: 201,
    body: SUBSCRIBER,
  },
  PatchSubscriberRequestDto: {
    method: 'PATCH',
    path: '/v2/subscribers/ada',
    status: 200,
    body: PROFILE,
  },
  BulkSubscriberCreateDto: {
    method: 'POST',
    path: '/v1/subscribers/bulk',
    status: 201,
    body: { subscribers: [{ subscriberId: 'ada' }] },
  },
  CreateContextRequestDto: { method: 'POST', path: '/v2/contexts', status: 201, body: CONTEXT },
  UpdateContextRequestDto: {
    method: 'PATCH',
    path: '/v2/contexts/team/blue',
    status: 200,
    body: { data: {} },
  },
  CreateIntegrationRequestDto: {
    method: 'POST',
    path: '/v1/integrations',
    status: 201,
    body: { ...INTEGRATION, _environmentId: environmentId },
  },
  UpdateIntegrationRequestDto: {
    method: 'PUT',
    path: `/v1/integrations/${integrationId}`,
    status: 200,
    body: {
      name: 'Teams',
      identifier: 'msteams',
      active: true,
      credentials: CREDENTIALS,
      configurations: SETTINGS,
      _environmentId: environmentId,
    },
  },
  CreateChannelConnectionRequestDto: {
    method: 'POST',
    path: '/v1/channel-connections',
    status: 201,
    body: CONNECTION,
  },
  UpdateChannelConnectionRequestDto: {
    method: 'PATCH',
    path: '/v1/channel-connections/second',
    status: 200,
    body: CONTENT,
  },
  ApproveChannelConnectionRequestDto: {
    method: 'POST',
    path: '/v1/channel-connections/second/approve',
    // It does not wait for approval.
    status: 409,
    body: { workspaceId: 'T0NEW' },
  },
  CreateChannelEndpointRequestDto: {
    method: 'POST',
    path: '/v1/channel-endpoints',
    status: 201,
    body: ENDPOINT,
  },
  UpdateChannelEndpointRequestDto: {
    method: 'PATCH',
    path: '/v1/channel-endpoints/second',
    status: 200,
    body: { endpoint: { userId: 'U0OTHER' } },
  },
  GenerateLinkUserOauthUrlRequestDto: {
    method: 'POST',
    path: '/v1/integrations/channel-endpoints/oauth',
    status: 201,
    body: { ...LINK, userScope: ['identity.basic'] },
  },
  GenerateConnectOauthUrlRequestDto: {
    method: 'POST',
    path: '/v1/integrations/channel-connections/oauth',
    status: 201,
    body: CONNECT,
  },
  ResolveIdentitiesRequestDto: {
    method: 'POST',
    path: '/v1/identities/resolve',
    status: 200,
    body: {
      identities: [{ providerId: 'slack', workspaceId: 'T0NEW', userId: 'U0OTHER' }],
    },
  },
  // No link has been opened.
  CompleteLinkRequestDto: {
    method: 'POST',
    path: '/v1/links/complete',
    status: 404,
    body: { ticket: 'kid.jti.claims.signature', subscriberId: 'subscriber-123' },
  },
  // A backend has linked them, which is not enough.
  CreateSpeakerTokenRequestDto: {
    method: 'POST',
    path: '/v1/identities/token',
    status: 403,
    body: {
      providerId: 'slack',
      workspaceId: 'T0NEW',
      userId: 'U0OTHER',
      audience: 'https://app.example.com',
      integrationIdentifier: 'slack',
      contextKeys: ['team:blue'],
    },
  },
  GenerateChatOauthUrlRequestDto: {
    method: 'POST',
    path: '/v1/integrations/chat/oauth',
    status: 201,
    body: { ...CONNECT, userScope: ['identity.basic'], mode: 'connect' },
  },
})
