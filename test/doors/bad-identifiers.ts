import type { BadInput } from './bad-inputs.ts'
import { CONNECTION, ENDPOINT, INTEGRATION } from './samples.ts'

const LINK = { subscriberId: 'subscriber-123', integrationIdentifier: 'slack' }
const LINK_PATHS = [
  '/v1/integrations/channel-endpoints/oauth',
  '/v1/integrations/channel-connections/oauth',
  '/v1/integrations/chat/oauth',
]
const TOO_LONG = ['x'.repeat(301), 'x'.repeat(5000)]

const connectionRecord = (changes: object): object => ({
  record: 'connection',
  integrationIdentifier: 'slack',
  subscriberId: 'ada',
  workspace: { id: 'T1' },
  ...changes,
})

/**
 * Identifiers come back in the addresses of links and of the API, which have a maximum length: one
 * that is too long could never be used.
 */
export const BAD_IDENTIFIERS: readonly BadInput[] = [
  {
    rule: 'the identifier of an integration',
    says: 'identifier must be at most 300 characters',
    values: TOO_LONG,
    api: [
      {
        method: 'POST',
        path: '/v1/integrations',
        body: (identifier) => ({ ...INTEGRATION, identifier }),
      },
      {
        method: 'PUT',
        path: '/v1/integrations/$integration',
        body: (identifier) => ({ identifier }),
      },
    ],
    record: (identifier) => ({ record: 'integration', ...INTEGRATION, active: true, identifier }),
    command: {
      action: 'integrations.create',
      input: (identifier) => ({
        environmentId: null,
        providerId: 'slack',
        identifier,
        clientId: '1.2',
        clientSecret: 'secret',
        own: {},
      }),
    },
  },
  {
    rule: 'the identifier of a connection',
    says: 'identifier must be at most 300 characters',
    values: TOO_LONG,
    api: [
      {
        method: 'POST',
        path: '/v1/channel-connections',
        body: (identifier) => ({ ...CONNECTION, identifier }),
      },
    ],
    record: (identifier) => connectionRecord({ identifier }),
  },
  {
    rule: 'the identifier of a connection that a link names',
    says: 'connectionIdentifier must be at most 300 characters',
    values: TOO_LONG,
    api: LINK_PATHS.map((path) => ({
      method: 'POST',
      path,
      body: (connectionIdentifier) => ({ ...LINK, connectionIdentifier }),
    })),
  },
  {
    rule: 'the identifier of an endpoint',
    says: 'identifier must be at most 300 characters',
    values: TOO_LONG,
    api: [
      {
        method: 'POST',
        path: '/v1/channel-endpoints',
        body: (identifier) => ({ ...ENDPOINT, identifier }),
      },
    ],
    record: (identifier) => ({
      record: 'endpoint',
      identifier,
      subscriberId: 'ada',
      integrationIdentifier: 'slack',
      connectionIdentifier: null,
      type: 'phone',
      endpoint: { phoneNumber: '1' },
    }),
  },
  {
    rule: 'the id of a workspace',
    says: 'workspace.id must be at most 256 characters',
    values: ['x'.repeat(257)],
    api: [
      {
        method: 'POST',
        path: '/v1/channel-connections',
        body: (id) => ({ ...CONNECTION, identifier: 'bad', workspace: { id } }),
      },
      {
        method: 'PATCH',
        path: '/v1/channel-connections/slack-connection-abc123',
        body: (id) => ({ workspace: { id }, auth: { accessToken: 'xoxb-new' } }),
      },
    ],
    record: (id) => connectionRecord({ identifier: 'bad', workspace: { id } }),
  },
]
