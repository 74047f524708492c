import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

const Settings = Type.Record(Type.String(), Type.Unknown())

/** What happens to integrations. The subject is the integration's `_id`. */
export const integrationEvents = {
  'integration.created': defineEvent({
    description: 'An integration was made: an app at a provider.',
    subject: 'integration',
    data: Type.Object({ identifier: Type.String(), providerId: Type.String(), after: Settings }),
  }),
  'integration.updated': defineEvent({
    description: 'An integration was changed. `before` and `after` hold what differs.',
    subject: 'integration',
    data: Type.Object({
      identifier: Type.String(),
      providerId: Type.String(),
      before: Settings,
      after: Settings,
      changedSecrets: Type.Array(Type.String(), {
        description: 'The names of secrets that were replaced or removed.',
      }),
    }),
  }),
  'integration.deleted': defineEvent({
    description:
      'An integration was deleted, and its connections and endpoints with it. Each of those has an event, too, ' +
      'earlier than this one.',
    subject: 'integration',
    data: Type.Object({
      identifier: Type.String(),
      providerId: Type.String(),
      before: Settings,
      connections: Type.Integer({ description: 'How many connections were deleted with it.' }),
      endpoints: Type.Integer({ description: 'How many endpoints were deleted with it.' }),
    }),
  }),
}
