import type { Operation } from '../../http/operation.ts'
import { ChannelEndpointList } from './model.ts'

export const listEndpointsOperation: Operation = {
  operationId: 'ChannelEndpointsController_listChannelEndpoints',
  summary: 'List all channel endpoints',
  description: 'Who your subscribers are, newest first, a page at a time.',
  tags: ['Channel endpoints'],
  access: 'api_key',
  answer: { status: 200, description: 'A page of endpoints', schema: ChannelEndpointList },
  sdk: 'channelEndpoints.list({ subscriberId: "subscriber-123" })',
}
