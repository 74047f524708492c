import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** What happens to subscribers. The subject is the subscriber's `_id`; their own id is personal. */
export const subscriberEvents = {
  'subscriber.deleted': defineEvent({
    description:
      'A subscriber was deleted, and their endpoints with them. Each of those has an event, too, earlier than ' +
      'this one.',
    subject: 'subscriber',
    data: Type.Object({
      endpoints: Type.Integer({ description: 'How many endpoints were deleted with them.' }),
    }),
  }),
  'subscriber.erased': defineEvent({
    description:
      'A subscriber was deleted with all that was kept of them: their endpoints, their own connections, and ' +
      'what earlier events say of them. Each endpoint and connection has an event, too, earlier than this ' +
      'one. None of these names them.',
    subject: 'subscriber',
    data: Type.Object({
      endpoints: Type.Integer({ description: 'How many endpoints were deleted.' }),
      connections: Type.Integer({ description: 'How many connections of their own were deleted.' }),
    }),
  }),
}
