import type { Operation } from '../../http/operation.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { ChannelEndpoint, ChannelEndpointList } from './model.ts'

const resource = {
  tags: ['Channel endpoints'],
  access: 'api_key',
} as const satisfies Partial<Operation>
const one = { status: 200, description: 'The endpoint', schema: ChannelEndpoint } as const
const missing = { 404: 'No such endpoint' }

export const listEndpoints: Operation = {
  ...resource,
  operationId: 'ChannelEndpointsController_listChannelEndpoints',
  summary: 'List all channel endpoints',
  description: 'Who your subscribers are, newest first, a page at a time.',
  answer: { status: 200, description: 'A page of endpoints', schema: ChannelEndpointList },
  sdk: 'channelEndpoints.list({ subscriberId: "subscriber-123" })',
}

export const createEndpoint: Operation = {
  ...resource,
  operationId: 'ChannelEndpointsController_createChannelEndpoint',
  summary: 'Create a channel endpoint',
  description:
    'Tells latch where a subscriber can be reached, where you know it without a link. `endpoint` ' +
    'has the shape of its `type`, such as `{"userId": "U…"}` for `slack_user`, and nothing else.',
  answer: { ...one, status: 201 },
  errors: {
    404: 'No such integration, subscriber or connection',
    409: 'The identifier is taken, or a request with the same key is still running',
  },
  example: {
    type: EXAMPLE.endpointType,
    endpoint: { userId: 'U0ADA00001' },
    subscriberId: 'subscriber-123',
    integrationIdentifier: EXAMPLE.integrationIdentifier,
    identifier: 'chendp_abc123',
  },
  sdk: 'channelEndpoints.create($body)',
}

export const getEndpoint: Operation = {
  ...resource,
  operationId: 'ChannelEndpointsController_getChannelEndpoint',
  summary: 'Retrieve a channel endpoint',
  description: 'One endpoint, by its identifier.',
  answer: one,
  errors: missing,
  sdk: 'channelEndpoints.retrieve("chendp_abc123")',
}

export const updateEndpoint: Operation = {
  ...resource,
  operationId: 'ChannelEndpointsController_updateChannelEndpoint',
  summary: 'Update a channel endpoint',
  description: 'Replaces what the endpoint points at. It keeps its type.',
  answer: one,
  errors: missing,
  example: { endpoint: { userId: 'U0GRACE002' } },
  sdk: 'channelEndpoints.update($body, "chendp_abc123")',
}

export const deleteEndpoint: Operation = {
  ...resource,
  operationId: 'ChannelEndpointsController_deleteChannelEndpoint',
  summary: 'Delete a channel endpoint',
  description:
    'Unlinks a subscriber. latch keeps no token of a user, so there is nothing to revoke for one.',
  answer: { status: 204, description: 'It is gone', schema: null },
  errors: missing,
  sdk: 'channelEndpoints.delete("chendp_abc123")',
}
