import type { Doors } from './doors.ts'
import { CONNECTION, CONTEXT, ENDPOINT, INTEGRATION, SUBSCRIBER } from './samples.ts'

type Request = readonly [method: string, path: string, body?: object]

/** A refusal of the domain, and what leads to it at each door where it can come up. */
export type Refusal = {
  kind: string
  when: string
  /** Each is answered with this code; `kind` where it is not said. */
  code?: string
  api?: readonly Request[]
  /** What the report says of it: words of the reason, or that it is there already. */
  record?: { value: object; becomes: string }
  command?: { action: string; input: object; says: string }
}

/** What the requests below find; `$integration` in a path is the id of one of them. */
export async function prepare({ service }: Doors): Promise<{ integrationId: string }> {
  const make = async (path: string, body: object): Promise<unknown> => {
    const answer = await service.api('POST', path, body)
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`)
    return answer.body
  }
  const integration = (identifier: string, credentials: object): Promise<unknown> =>
    make('/v1/integrations', { ...INTEGRATION, configurations: {}, identifier, credentials })
  await make('/v2/subscribers', SUBSCRIBER)
  await make('/v2/contexts', CONTEXT)
  await integration('bare', {})
  await integration('no-id', { secretKey: 'secret' })
  await integration('hashed', { clientId: '1.2', secretKey: 'secret', hmac: true })
  await make('/v1/channel-connections', CONNECTION)
  await make('/v1/channel-endpoints', ENDPOINT)
  const url = 'https://example.com/hook'
  await make('/v1/channel-endpoints', {
    ...ENDPOINT,
    identifier: 'hook',
    type: 'webhook',
    endpoint: { url },
  })
  const { body } = await service.api('GET', '/v1/integrations')
  const found = (body as { data: { _id: string; identifier: string }[] }).data
  return { integrationId: String(found.find(({ identifier }) => identifier === 'bare')?._id) }
}

const LINK_USER = '/v1/integrations/channel-endpoints/oauth'
const CONNECT = '/v1/integrations/channel-connections/oauth'
const CONNECTIONS = '/v1/channel-connections'
const ENDPOINTS = '/v1/channel-endpoints'

const link = { subscriberId: 'ada', integrationIdentifier: 'slack' }
const { workspace } = CONNECTION
const connection = { ...link, identifier: 'other', workspace, auth: { accessToken: 'xoxb-2' } }
const connectionRecord = { record: 'connection', ...connection }
const endpoint = { ...link, identifier: 'other', type: 'slack_user', endpoint: { userId: 'U1' } }
const endpointRecord = { record: 'endpoint', ...endpoint, connectionIdentifier: null }
const rotating = { accessToken: 'a', refreshToken: 'b' }
const missing = { integrationIdentifier: 'none' }
const nobody = { subscriberId: 'nobody' }
const app = {
  environmentId: null,
  providerId: 'slack',
  identifier: 'other',
  clientId: '1.2',
  clientSecret: 'secret',
  own: {},
}
const NO_ID = '0123456789abcdef01234567'

export const REFUSALS: readonly Refusal[] = [
  {
    kind: 'unknown_provider',
    when: 'an integration of a provider that latch does not link with',
    record: {
      value: { record: 'integration', ...INTEGRATION, identifier: 'other', providerId: 'fax' },
      becomes: 'latch does not support the provider fax',
    },
    command: {
      action: 'integrations.create',
      input: { ...app, providerId: 'fax' },
      says: 'there is no provider fax',
    },
  },
  {
    kind: 'integration_exists',
    when: 'an identifier that is taken',
    record: {
      value: { record: 'integration', ...INTEGRATION, identifier: 'bare' },
      becomes: 'known',
    },
    command: {
      action: 'integrations.create',
      input: { ...app, identifier: 'bare' },
      says: 'already exists',
    },
  },
  {
    kind: 'integration_not_found',
    when: 'no integration of that identifier',
    api: [
      ['POST', LINK_USER, { ...link, ...missing }],
      ['POST', CONNECT, { ...link, ...missing }],
      ['POST', CONNECTIONS, { ...connection, ...missing }],
      ['POST', ENDPOINTS, { ...endpoint, ...missing }],
    ],
    record: {
      value: { ...connectionRecord, ...missing },
      becomes: 'the integration none does not exist',
    },
    command: {
      action: 'integrations.set-secret',
      input: { environmentId: null, identifier: 'none', clientSecret: 'secret' },
      says: 'there is no integration none',
    },
  },
  {
    kind: 'integration_not_found',
    when: 'an endpoint of no integration',
    record: {
      value: { ...endpointRecord, ...missing },
      becomes: 'the integration none does not exist',
    },
  },
  {
    kind: 'no_such_integration',
    when: 'no integration of that id',
    code: 'integration_not_found',
    api: [
      ['PUT', `/v1/integrations/${NO_ID}`, { name: 'Other' }],
      ['DELETE', `/v1/integrations/${NO_ID}`],
    ],
  },
  {
    kind: 'nothing_to_update',
    when: 'an update that names nothing',
    api: [['PUT', '/v1/integrations/$integration', {}]],
  },
  {
    kind: 'no_primary',
    when: 'a primary integration of chat',
    api: [['POST', '/v1/integrations/$integration/set-primary']],
  },
  {
    kind: 'subscriber_exists',
    when: 'a subscriber who must be new',
    api: [['POST', '/v2/subscribers?failIfExists=true', { subscriberId: 'ada' }]],
    record: {
      value: { record: 'subscriber', subscriberId: 'ada', profile: { firstName: 'Another' } },
      becomes: 'known',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'no subscriber of that id',
    api: [
      ['POST', LINK_USER, { ...link, ...nobody }],
      ['POST', CONNECT, { ...link, ...nobody }],
      ['POST', CONNECTIONS, { ...connection, ...nobody }],
      ['POST', ENDPOINTS, { ...endpoint, ...nobody }],
      ['PATCH', '/v2/subscribers/nobody', { firstName: 'A' }],
      ['DELETE', '/v2/subscribers/nobody'],
      ['DELETE', '/v2/subscribers/nobody?erase=true'],
    ],
    record: {
      value: { ...connectionRecord, ...nobody },
      becomes: 'the subscriber nobody does not exist',
    },
    command: {
      action: 'subscribers.erase',
      input: { environmentId: null, ...nobody },
      says: 'there is no subscriber nobody here',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'nobody to export',
    command: {
      action: 'subscribers.export',
      input: { environmentId: null, ...nobody },
      says: 'there is no subscriber nobody here',
    },
  },
  {
    kind: 'subscriber_not_found',
    when: 'an endpoint of nobody',
    record: {
      value: { ...endpointRecord, ...nobody },
      becomes: 'the subscriber nobody does not exist',
    },
  },
  {
    kind: 'context_exists',
    when: 'a context that is there',
    api: [['POST', '/v2/contexts', CONTEXT]],
    record: { value: { record: 'context', ...CONTEXT, data: { other: 1 } }, becomes: 'known' },
  },
  {
    kind: 'context_not_found',
    when: 'no context of that name',
    api: [
      ['PATCH', '/v2/contexts/team/none', { data: {} }],
      ['DELETE', '/v2/contexts/team/none'],
    ],
  },
  {
    kind: 'connection_exists',
    when: 'an identifier that is taken',
    api: [['POST', CONNECTIONS, { ...connection, context: { team: 'red' }, identifier: 'second' }]],
    record: { value: { ...connectionRecord, identifier: 'second' }, becomes: 'known' },
  },
  {
    kind: 'connection_of_owner_exists',
    when: 'a second connection for the same subscriber and contexts',
    api: [['POST', CONNECTIONS, { ...connection, context: { team: 'blue' } }]],
    record: {
      value: { ...connectionRecord, contextKeys: ['team:blue'] },
      becomes: 'the integration already has a connection for the same subscriber and context',
    },
  },
  {
    kind: 'connection_not_found',
    when: 'no connection of that identifier',
    api: [
      ['POST', LINK_USER, { ...link, connectionIdentifier: 'none' }],
      ['POST', ENDPOINTS, { ...endpoint, connectionIdentifier: 'none' }],
      ['PATCH', `${CONNECTIONS}/none`, { workspace, auth: { accessToken: 'a' } }],
      ['DELETE', `${CONNECTIONS}/none`],
    ],
    record: {
      value: { ...endpointRecord, connectionIdentifier: 'none' },
      becomes: 'its integration has no connection none',
    },
  },
  {
    kind: 'owner_required',
    when: 'a connection of nobody',
    api: [
      ['POST', CONNECTIONS, { ...connection, subscriberId: undefined }],
      ['POST', CONNECT, { integrationIdentifier: 'slack' }],
    ],
    record: {
      value: { ...connectionRecord, subscriberId: null },
      becomes: 'it has a token but no owner',
    },
  },
  {
    kind: 'owner_required',
    when: 'a connection of nobody that claims to be made by a link, and has a token',
    record: {
      value: { ...connectionRecord, subscriberId: null, origin: 'identity' },
      becomes: 'it has a token but no owner',
    },
  },
  {
    kind: 'owner_required',
    when: 'a connection of nobody that was installed by an older latch',
    record: {
      value: { ...connectionRecord, subscriberId: null, contextKeys: [], origin: 'install' },
      becomes: 'add a subscriberId or contextKeys, or remove its auth',
    },
  },
  {
    kind: 'context_required',
    when: 'a shared connection without a context',
    api: [
      ['POST', CONNECTIONS, { ...connection, connectionMode: 'shared' }],
      ['POST', CONNECT, { ...link, connectionMode: 'shared' }],
      ['POST', LINK_USER, { ...link, integrationIdentifier: 'hashed' }],
    ],
  },
  {
    kind: 'subscriber_required',
    when: 'a connection of a subscriber, without one',
    api: [
      [
        'POST',
        CONNECTIONS,
        {
          ...connection,
          subscriberId: undefined,
          context: { team: 'blue' },
          connectionMode: 'subscriber',
        },
      ],
    ],
  },
  {
    kind: 'rotation_not_supported',
    when: 'a refresh token of a provider that has none',
    api: [
      ['POST', CONNECTIONS, { ...connection, integrationIdentifier: 'msteams', auth: rotating }],
    ],
    record: {
      value: { ...connectionRecord, integrationIdentifier: 'msteams', auth: rotating },
      becomes: 'it has a refreshToken',
    },
  },
  {
    kind: 'integration_without_credentials',
    when: 'nothing to refresh tokens, or to make links, with',
    api: [
      ['POST', CONNECTIONS, { ...connection, integrationIdentifier: 'bare', auth: rotating }],
      ['POST', LINK_USER, { ...link, integrationIdentifier: 'bare' }],
    ],
    record: {
      value: { ...connectionRecord, integrationIdentifier: 'bare', auth: rotating },
      becomes: 'needs its client id and secret first',
    },
  },
  {
    kind: 'integration_without_client_id',
    when: 'a link of an app without a client id',
    api: [['POST', LINK_USER, { ...link, integrationIdentifier: 'no-id' }]],
  },
  {
    kind: 'context_hash_required',
    when: 'a context that nobody vouches for',
    api: [
      ['POST', LINK_USER, { ...link, integrationIdentifier: 'hashed', context: { team: 'blue' } }],
    ],
  },
  {
    kind: 'context_hash_mismatch',
    when: 'a context with the hash of another',
    api: [
      [
        'POST',
        LINK_USER,
        {
          ...link,
          integrationIdentifier: 'hashed',
          context: { team: 'blue' },
          contextHash: 'ab',
        },
      ],
    ],
  },
  {
    kind: 'context_not_canonical',
    when: 'a context that has no canonical form',
    api: [
      [
        'POST',
        LINK_USER,
        {
          ...link,
          integrationIdentifier: 'hashed',
          context: { team: { id: 'blue', data: { half: 0.5 } } },
          contextHash: 'ab',
        },
      ],
    ],
  },
  {
    kind: 'endpoint_exists',
    when: 'an identifier that is taken',
    api: [['POST', ENDPOINTS, { ...endpoint, identifier: 'second' }]],
    record: { value: { ...endpointRecord, identifier: 'second' }, becomes: 'known' },
  },
  {
    kind: 'user_linked_already',
    when: 'a second identity of a subscriber in a connection',
    code: 'endpoint_exists',
    api: [['POST', ENDPOINTS, { ...ENDPOINT, identifier: 'other' }]],
    record: {
      value: {
        ...endpointRecord,
        connectionIdentifier: 'second',
        contextKeys: ['team:blue'],
      },
      becomes: 'the subscriber is already linked there: second',
    },
  },
  {
    kind: 'integration_of_another_kind',
    when: 'an endpoint of a provider that latch does not link with',
    api: [['POST', ENDPOINTS, { ...endpoint, type: 'webex_room', endpoint: { roomId: 'r' } }]],
    record: {
      value: { ...endpointRecord, type: 'webex_room', endpoint: { roomId: 'r' } },
      becomes: 'requires a Webex Messaging integration, which latch does not have',
    },
  },
  {
    kind: 'endpoint_not_found',
    when: 'no endpoint of that identifier',
    api: [
      ['PATCH', `${ENDPOINTS}/none`, { endpoint: { userId: 'U1' } }],
      ['DELETE', `${ENDPOINTS}/none`],
    ],
  },
  {
    kind: 'endpoint_malformed',
    when: 'a value that is none of its type',
    api: [['PATCH', `${ENDPOINTS}/second`, { endpoint: { channelId: 'C1' } }]],
  },
  {
    kind: 'environment_not_found',
    when: 'no environment of that id',
    command: {
      action: 'keys.create',
      input: { environmentId: 'none', name: 'ci', permission: 'all', expiresInDays: null },
      says: 'There is no environment none',
    },
  },
  {
    kind: 'key_not_found',
    when: 'no key of that id',
    command: {
      action: 'keys.revoke',
      input: { environmentId: null, id: 'none' },
      says: 'there is no key none',
    },
  },
]
