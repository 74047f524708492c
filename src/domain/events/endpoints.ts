import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  connectionIdentifier: textOrNull(),
  contextKeys: Type.Array(Type.String()),
  type: Type.String({ description: 'The type of the endpoint, such as `slack_user`.' }),
})

/** The endpoint's value. That of a webhook is a secret, and left out. */
const personal = Type.Object({
  endpoint: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Where the subscriber is at the provider, such as `{"userId": "U0ADA00001"}`.',
    }),
  ),
})

/** What happens to endpoints. The subject is the endpoint's identifier. */
export const endpointEvents = {
  'endpoint.linked': defineEvent({
    description:
      'A subscriber completed a link, for the first time or again. `reason` says what is still missing.',
    subject: 'endpoint',
    data: Type.Object({
      ...data.properties,
      problem: Type.Optional(
        Type.String({ description: 'Why the app cannot write to them yet: it tries again.' }),
      ),
    }),
    personal,
  }),
  'endpoint.created': defineEvent({
    description: 'An endpoint was made by a backend or an import, without a link.',
    subject: 'endpoint',
    data,
    personal,
  }),
  'endpoint.updated': defineEvent({
    description: 'What an endpoint points at was replaced.',
    subject: 'endpoint',
    data,
    personal,
  }),
  'endpoint.moved': defineEvent({
    description:
      'An endpoint has another connection of the same workspace now, and is otherwise the same. `reason` is ' +
      '`connection_installed` (its owner installed the app, or another person took over the connection), ' +
      '`connection_deleted` or `subscriber_erased` (the connection is gone).',
    subject: 'endpoint',
    data: Type.Object({
      ...data.properties,
      previousConnectionIdentifier: Type.String(),
    }),
  }),
  'endpoint.reachable': defineEvent({
    description:
      'The app can write to a linked user now. Not sent for those to whom it could write at once.',
    subject: 'endpoint',
    data,
  }),
  'endpoint.deleted': defineEvent({
    description:
      'An endpoint was deleted: the subscriber is not linked by it any more. `reason` is null if it was ' +
      'deleted by itself; else `subscriber_deleted`, `integration_deleted`, or `subscriber_erased`, where ' +
      'the event does not say whose it was.',
    subject: 'endpoint',
    data,
    personal,
  }),
}
