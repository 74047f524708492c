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
}
