import type { Operation } from '../../http/operation.ts'
import { ChannelConnection } from './model.ts'

const answer: Operation['answer'] = {
  status: 200,
  description: 'The connection',
  schema: ChannelConnection,
}
const errors: Operation['errors'] = { 404: 'No such connection' }

export const getConnectionOperation: Operation = {
  operationId: 'ChannelConnectionsController_getChannelConnectionByIdentifier',
  summary: 'Retrieve a channel connection',
  description:
    'One connection, with its tokens in clear: this is where a backend reads the token with which ' +
    'it sends messages. Tokens that expire are refreshed before they do.',
  tags: ['Channel connections'],
  access: 'api_key',
  answer,
  errors,
  sdk: 'channelConnections.retrieve("slack-connection-abc123")',
}

export const verifyConnectionOperation: Operation = {
  operationId: 'ChannelConnectionsController_verifyChannelConnection',
  summary: 'Verify a channel connection',
  description:
    "Proves that the connection's tokens can be refreshed, by refreshing them. One whose tokens do " +
    'not expire passes.',
  tags: ['Channel connections'],
  access: 'api_key',
  answer,
  errors: { ...errors, 502: 'The provider refuses; what is stored is as it was' },
}
