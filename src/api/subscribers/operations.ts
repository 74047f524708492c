import type { Operation } from '../../http/operation.ts'
import { BulkSubscribers, RemovedSubscriber, SubscriberAnswer, SubscriberList } from './model.ts'

const resource = { tags: ['Subscribers'], access: 'api_key' } as const satisfies Partial<Operation>
const one = { status: 200, description: 'The subscriber', schema: SubscriberAnswer } as const
const missing = { 404: 'No such subscriber' }

export const listSubscribers: Operation = {
  ...resource,
  operationId: 'SubscribersController_searchSubscribers',
  summary: 'Search subscribers',
  description: 'Your users, newest first, a page at a time.',
  answer: { status: 200, description: 'A page of subscribers', schema: SubscriberList },
  sdk: 'subscribers.search({ email: "ada@example.com" })',
}

export const createSubscriber: Operation = {
  ...resource,
  operationId: 'SubscribersController_createSubscriber',
  summary: 'Create a subscriber',
  description: 'Creates a subscriber, or updates the one that has this `subscriberId`.',
  answer: { ...one, status: 201 },
  errors: {
    409: 'It exists and `failIfExists` is true, or a request with the same key is still running',
  },
  example: { subscriberId: 'subscriber-123', firstName: 'Ada', email: 'ada@example.com' },
  sdk: 'subscribers.create($body)',
}

export const bulkSubscribers: Operation = {
  ...resource,
  operationId: 'SubscribersV1Controller_bulkCreateSubscribers',
  summary: 'Bulk create subscribers',
  description: 'Creates or updates up to 500 subscribers, and tells what became of each.',
  answer: { status: 201, description: 'What became of each', schema: BulkSubscribers },
  example: {
    subscribers: [{ subscriberId: 'subscriber-123' }, { subscriberId: 'subscriber-456' }],
  },
  sdk: 'subscribers.createBulk($body)',
}

export const getSubscriber: Operation = {
  ...resource,
  operationId: 'SubscribersController_getSubscriber',
  summary: 'Retrieve a subscriber',
  description: 'One subscriber, by your own id.',
  answer: one,
  errors: missing,
  sdk: 'subscribers.retrieve("subscriber-123")',
}

export const patchSubscriber: Operation = {
  ...resource,
  operationId: 'SubscribersController_patchSubscriber',
  summary: 'Update a subscriber',
  description: 'Changes the fields that are sent, and leaves the others.',
  answer: one,
  errors: missing,
  example: { firstName: 'Augusta Ada' },
  sdk: 'subscribers.patch($body, "subscriber-123")',
}

export const deleteSubscriber: Operation = {
  ...resource,
  operationId: 'SubscribersController_removeSubscriber',
  summary: 'Delete a subscriber',
  description: 'Removes a subscriber with their endpoints, in one transaction.',
  answer: { status: 200, description: 'It is gone', schema: RemovedSubscriber },
  errors: missing,
  sdk: 'subscribers.delete("subscriber-123")',
}
