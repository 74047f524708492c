import type { Operation } from '../../http/operation.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { ChannelConnection, ChannelConnectionList } from './model.ts'

const resource = {
  tags: ['Channel connections'],
  access: 'api_key',
} as const satisfies Partial<Operation>
const one = { status: 200, description: 'The connection', schema: ChannelConnection } as const
const missing = { 404: 'No such connection' }
const given = {
  workspace: { id: 'T0ACME0001', name: 'Acme Corp' },
  auth: { accessToken: 'xoxb-sandbox' },
}

export const listConnections: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_listChannelConnections',
  summary: 'List all channel connections',
  description: 'The workspaces and tenants that are connected, newest first, a page at a time.',
  answer: { status: 200, description: 'A page of connections', schema: ChannelConnectionList },
  sdk: `channelConnections.list({ integrationIdentifier: "${EXAMPLE.integrationIdentifier}" })`,
}

export const createConnection: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_createChannelConnection',
  summary: 'Create a channel connection',
  description:
    'Tells latch of a workspace that you connected yourself, with its token. A connection belongs ' +
    'to a subscriber, or is shared by those of a context; each has at most one of an integration.',
  answer: { ...one, status: 201 },
  errors: {
    404: 'No such integration or subscriber',
    409: 'There is one of that identifier, or for whom it is; or the same key is still running',
  },
  example: {
    integrationIdentifier: EXAMPLE.integrationIdentifier,
    connectionMode: 'shared',
    context: { tenant: 'acme' },
    ...given,
  },
  sdk: 'channelConnections.create($body)',
}

export const getConnection: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_getChannelConnectionByIdentifier',
  summary: 'Retrieve a channel connection',
  description:
    'One connection, with its tokens in clear: this is where a backend reads the token with which ' +
    'it sends messages. Tokens that expire are refreshed before they do.',
  answer: one,
  errors: missing,
  sdk: `channelConnections.retrieve("${EXAMPLE.connectionIdentifier}")`,
}

export const updateConnection: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_updateChannelConnection',
  summary: 'Update a channel connection',
  description: 'Replaces workspace and tokens, both of them and wholesale.',
  answer: one,
  errors: missing,
  example: given,
  sdk: `channelConnections.update($body, "${EXAMPLE.connectionIdentifier}")`,
}

export const deleteConnection: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_deleteChannelConnection',
  summary: 'Delete a channel connection',
  description:
    'Forgets a connection. Endpoints that were made through it stay. With `revoke=true` the token ' +
    'is made worthless at Slack first; if that fails, the connection is still there.',
  answer: { status: 204, description: 'It is gone', schema: null },
  errors: { ...missing, 502: 'The provider did not revoke the token' },
  sdk: `channelConnections.delete("${EXAMPLE.connectionIdentifier}")`,
}

export const verifyConnection: Operation = {
  ...resource,
  operationId: 'ChannelConnectionsController_verifyChannelConnection',
  summary: 'Verify a channel connection',
  description:
    "Proves that a connection works: refreshes its tokens, or asks Microsoft for the app's own " +
    'token. One whose tokens do not expire passes.',
  answer: one,
  errors: { ...missing, 502: 'The provider refuses; what is stored is as it was' },
}
