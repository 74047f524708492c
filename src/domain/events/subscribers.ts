import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/**
 * Events about subscribers. The subject is the subscriber's `_id`, because the company's id is
 * personal data.
 */
export const subscriberEvents = {
  'subscriber.deleted': defineEvent({
    description:
      'A subscriber was deleted with their endpoints. Each endpoint has its own event, before ' +
      'this one.',
    subject: 'subscriber',
    data: Type.Object({
      endpoints: Type.Integer({ description: 'How many endpoints were deleted with them.' }),
    }),
  }),
  'subscriber.erased': defineEvent({
    description:
      'A subscriber was deleted with everything stored about them: their endpoints, their own ' +
      'connections, and the personal data in earlier events. Each endpoint and connection has ' +
      'its own event, before this one. None of these events identifies the subscriber.',
    subject: 'subscriber',
    data: Type.Object({
      endpoints: Type.Integer({ description: 'How many endpoints were deleted.' }),
      connections: Type.Integer({ description: 'How many connections of their own were deleted.' }),
    }),
  }),
}
