import type { Operation } from '../../http/operation.ts'
import { SubscriberAnswer } from './model.ts'

export const createSubscriberOperation: Operation = {
  operationId: 'SubscribersController_createSubscriber',
  summary: 'Create a subscriber',
  description: 'Creates a subscriber, or updates the one that has this `subscriberId`.',
  tags: ['Subscribers'],
  access: 'api_key',
  answer: { status: 201, description: 'The subscriber', schema: SubscriberAnswer },
  errors: {
    409: 'It exists and `failIfExists` is true, or a request with the same key is still running',
  },
  example: { subscriberId: 'subscriber-123', firstName: 'Ada', email: 'ada@example.com' },
  sdk: 'subscribers.create($body)',
}
