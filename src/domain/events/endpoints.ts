import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  connectionIdentifier: textOrNull(),
  contextKeys: Type.Array(Type.String()),
  type: Type.String({ description: 'The type of the endpoint, such as `slack_user`.' }),
})

/** The endpoint's value, without a webhook's URL, which is secret. */
const personal = Type.Object({
  endpoint: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'The value of the endpoint, such as `{"userId": "U0ADA00001"}`.',
    }),
  ),
})

/** What a change replaced. */
const personalBefore = Type.Object({
  ...personal.properties,
  previousEndpoint: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'The value before, if there was one.',
    }),
  ),
})

/** Events about endpoints. The subject is the endpoint's identifier. */
export const endpointEvents = {
  'endpoint.linked': defineEvent({
    description:
      'A subscriber completed a link. If they were linked before, `previousEndpoint` says as whom. ' +
      '`reason` says what is still missing.',
    subject: 'endpoint',
    data: Type.Object({
      ...data.properties,
      verification: Type.Optional(
        Type.String({
          description:
            'How it was verified that the chat user is the subscriber: `session`, `confirm` or ' +
            '`none`. Absent in events of older versions.',
        }),
      ),
      problem: Type.Optional(
        Type.String({ description: 'Why the app cannot message them yet; latch keeps retrying.' }),
      ),
    }),
    personal: personalBefore,
  }),
  'endpoint.created': defineEvent({
    description: 'A backend or an import created an endpoint, without a link.',
    subject: 'endpoint',
    data,
    personal,
  }),
  'endpoint.updated': defineEvent({
    description: 'The value of an endpoint was replaced.',
    subject: 'endpoint',
    data: Type.Object({
      ...data.properties,
      changedSecrets: Type.Array(Type.String(), {
        description: 'The names of secret fields that were replaced, added or removed.',
      }),
    }),
    personal: personalBefore,
  }),
  'endpoint.moved': defineEvent({
    description:
      'An endpoint was moved to another connection of the same workspace, and is otherwise ' +
      'unchanged. `reason` is `connection_installed` (its owner installed the app, or someone ' +
      'else took over the connection), `connection_deleted` or `subscriber_erased` (the ' +
      'connection was deleted).',
    subject: 'endpoint',
    data: Type.Object({
      ...data.properties,
      previousConnectionIdentifier: Type.String(),
    }),
  }),
  'endpoint.reachable': defineEvent({
    description:
      'The app can now message a linked user. Not sent for users whom it could message ' +
      'immediately.',
    subject: 'endpoint',
    data,
  }),
  'endpoint.deleted': defineEvent({
    description:
      'An endpoint was deleted, and no longer links its subscriber. `reason` is null if it was ' +
      'deleted itself; otherwise `undone` (the user undid the link, which the event names), ' +
      '`unlinked_by_user` (the chat user unlinked it, to be linked to another subscriber), ' +
      '`subscriber_deleted`, `integration_deleted`, or `subscriber_erased`, in which case the ' +
      'event does not say whose it was.',
    subject: 'endpoint',
    data,
    personal,
  }),
}
