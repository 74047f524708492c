import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

const Settings = Type.Record(Type.String(), Type.Unknown())

/** Events about integrations. The subject is the integration's `_id`. */
export const integrationEvents = {
  'integration.created': defineEvent({
    description: 'An integration was created.',
    subject: 'integration',
    data: Type.Object({ identifier: Type.String(), providerId: Type.String(), after: Settings }),
  }),
  'integration.updated': defineEvent({
    description: 'An integration was changed. `before` and `after` contain the differences.',
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
      'An integration was deleted with its connections and endpoints. Each of those has its own ' +
      'event, before this one.',
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
