import {
  CONNECT,
  CONNECTIONS,
  connection,
  connectionRecord,
  ENDPOINTS,
  endpoint,
  endpointRecord,
  LINK_USER,
  link,
  type Refusal,
  rotating,
  workspace,
} from './requests.ts'

export const OF_CONNECTIONS: readonly Refusal[] = [
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
      ['POST', `${CONNECTIONS}/none/approve`, { workspaceId: 'T0NEW' }],
    ],
    record: {
      value: { ...endpointRecord, connectionIdentifier: 'none' },
      becomes: 'its integration has no connection none',
    },
  },
  {
    kind: 'nothing_to_approve',
    when: 'a connection that does not wait for approval',
    api: [['POST', `${CONNECTIONS}/second/approve`, { workspaceId: 'T0NEW' }]],
    command: {
      action: 'connections.approve',
      input: { environmentId: null, identifier: 'second', workspaceId: 'T0NEW' },
      says: 'does not wait for approval',
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
]
