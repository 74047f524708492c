import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** What happens to subscribers. The subject is the subscriber's `_id`; their own id is personal. */
export const subscriberEvents = {
  'subscriber.deleted': defineEvent({
    description:
      'A subscriber was deleted, and their endpoints with them, of which nothing else is told.',
    subject: 'subscriber',
    data: Type.Object({}),
  }),
  'subscriber.erased': defineEvent({
    description:
      'A subscriber was deleted with all that was kept of them: their endpoints and their own connections, ' +
      'of which nothing else is told, and what earlier events say of them. It does not name them either.',
    subject: 'subscriber',
    data: Type.Object({
      endpoints: Type.Integer({ description: 'How many endpoints were deleted.' }),
      connections: Type.Integer({ description: 'How many connections of their own were deleted.' }),
    }),
  }),
}
