import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

/**
 * Up to this many moved endpoints have an event each. If there are more, one event gives their
 * number: see docs/decisions/0026-events-of-many-rows.md.
 */
export const MAX_TOLD_MOVES = 500

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  contextKeys: Type.Array(Type.String()),
  workspaceId: Type.String({ description: 'The team at Slack, or the tenant at Microsoft.' }),
  workspaceName: textOrNull(),
})

/** What a change can replace, besides tokens. */
const Fields = Type.Partial(
  Type.Object({
    contextKeys: Type.Array(Type.String()),
    workspaceId: Type.String(),
    workspaceName: textOrNull(),
    botUserId: textOrNull(),
  }),
)

/** Events about connections. The subject is the connection's identifier. */
export const connectionEvents = {
  'connection.installed': defineEvent({
    description:
      'The app was installed in a workspace, for the first time or again. `reason` says what is ' +
      'still missing: `consent_pending`, or `linked_to_another_subscriber` if the installer was to be ' +
      'linked too, but is linked to another subscriber already. If it replaced an installation, or ' +
      'took over a connection without tokens, `before` and `after` contain the differences.',
    subject: 'connection',
    data: Type.Object({
      ...data.properties,
      before: Type.Optional(Fields),
      after: Type.Optional(Fields),
      problem: Type.Optional(
        Type.String({ description: "Why the administrator's consent is not confirmed yet." }),
      ),
      nextLinkId: Type.Optional(
        Type.String({
          description:
            'In events of earlier versions: the link through which the installer was linked.',
        }),
      ),
      endpointIdentifier: Type.Optional(
        Type.String({ description: 'The endpoint of the other subscriber, if there is one.' }),
      ),
    }),
  }),
  'connection.created': defineEvent({
    description:
      'A connection was created: by a backend with its own tokens, by an import, or without ' +
      'tokens for a workspace from which a user linked. With the `reason` ' +
      '`connection_installed`, `connection_deleted` or `subscriber_erased`, it was created for ' +
      'users whose previous connection now belongs to someone else, or was deleted.',
    subject: 'connection',
    data,
  }),
  'connection.updated': defineEvent({
    description:
      'The workspace and the tokens of a connection were replaced. `before` and `after` contain ' +
      'the differences.',
    subject: 'connection',
    data: Type.Object({
      ...data.properties,
      before: Fields,
      after: Fields,
      changedSecrets: Type.Array(Type.String(), {
        description: 'The names of tokens that were replaced, added or removed.',
      }),
    }),
  }),
  'connection.endpoints_moved': defineEvent({
    description:
      'Endpoints of this connection were moved to another connection of the same workspace: more than ' +
      `${MAX_TOLD_MOVES}, so there is no \`endpoint.moved\` for each. Read them again. \`reason\` is that of ` +
      '`endpoint.moved`.',
    subject: 'connection',
    data: Type.Object({
      integrationId: data.properties.integrationId,
      toConnectionIdentifier: Type.String(),
      count: Type.Integer({ description: 'How many endpoints moved.' }),
    }),
  }),
  'connection.deleted': defineEvent({
    description:
      'A connection was deleted. `reason` is null if it was deleted itself; otherwise ' +
      '`integration_deleted`, or `subscriber_erased`, in which case the event does not say whose ' +
      'it was.',
    subject: 'connection',
    data,
  }),
  'connection.approval_requested': defineEvent({
    description:
      'Somebody consented to the app for a tenant, but has not proven to be an administrator there. ' +
      'The connection belongs to nobody, and nobody is linked through ' +
      'it, until it is approved, or an administrator uses the link. The link stays valid.',
    subject: 'connection',
    data: Type.Object({
      ...data.properties,
      problem: Type.String({ description: 'What is missing.' }),
    }),
  }),
  'connection.approved': defineEvent({
    description:
      'An operator, the actor, approved a connection although nobody has proven to be an administrator. ' +
      'It belongs to its owner from now on.',
    subject: 'connection',
    data,
  }),
  'connection.connected_again': defineEvent({
    description:
      'An administrator of this tenant has proven who they are, and connected it for another owner too: ' +
      '`otherConnectionIdentifier`. Both connections work. If that owner is not known to this one, ' +
      'delete one of them.',
    subject: 'connection',
    data: Type.Object({ ...data.properties, otherConnectionIdentifier: Type.String() }),
  }),
  'connection.consent_proven': defineEvent({
    description: "An administrator's consent, which was pending, has taken effect.",
    subject: 'connection',
    data,
  }),
  'connection.consent_gave_up': defineEvent({
    description:
      "An administrator's pending consent was not confirmed within 7 days, and latch no longer " +
      'checks it. `reason` says what is in the way.',
    subject: 'connection',
    data,
  }),
  'connection.token_refresh_failed': defineEvent({
    description:
      'The provider refused to refresh the tokens of a connection: the app must be installed ' +
      'again.',
    subject: 'connection',
    data,
  }),
  'connection.tokens_refreshed': defineEvent({
    description:
      'The tokens of a connection were refreshed after the provider had refused to: it works ' +
      'again. Regular refreshes have no event.',
    subject: 'connection',
    data,
  }),
  'connection.tokens_read': defineEvent({
    description:
      'An API key, which is the actor, read the tokens of a connection. Reads are counted per ' +
      'hour, and recorded when the hour is over.',
    subject: 'connection',
    data: Type.Object({
      count: Type.Integer({ description: 'How many responses contained the tokens.' }),
      from: Type.String({ format: 'date-time', description: 'The first of these reads.' }),
      until: Type.String({ format: 'date-time', description: 'The last of them.' }),
    }),
  }),
}
