import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

/**
 * Up to how many endpoints each have an event in the commit that moves them. Of more, one event says
 * how many: see docs/decisions/0026-events-of-many-rows.md.
 */
export const MAX_TOLD_MOVES = 500

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  contextKeys: Type.Array(Type.String()),
  workspaceId: Type.String({ description: 'The team at Slack, or the tenant at Microsoft.' }),
  workspaceName: textOrNull(),
})

/** What happens to connections. The subject is the connection's identifier. */
export const connectionEvents = {
  'connection.installed': defineEvent({
    description:
      'Somebody installed the app in a workspace, or again in the same one. `reason` says what is still ' +
      'missing.',
    subject: 'connection',
    data: Type.Object({
      ...data.properties,
      problem: Type.Optional(
        Type.String({ description: 'Why the consent of the administrator is not proven yet.' }),
      ),
      nextLinkId: Type.Optional(
        Type.String({ description: 'The link by which whoever installed it is linked too.' }),
      ),
    }),
  }),
  'connection.created': defineEvent({
    description:
      'A connection was made: with tokens that a backend had, by an import, or without any for a workspace ' +
      'from which somebody linked first. With the `reason` `connection_installed`, `connection_deleted` or ' +
      '`subscriber_erased`, it is for people who were linked in a connection that belongs to somebody else ' +
      'now, or is gone.',
    subject: 'connection',
    data,
  }),
  'connection.updated': defineEvent({
    description: 'The workspace or the tokens of a connection were replaced.',
    subject: 'connection',
    data,
  }),
  'connection.endpoints_moved': defineEvent({
    description:
      'Endpoints of this connection have another connection of the same workspace now: more than ' +
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
      'A connection was deleted. `reason` is null if it was deleted by itself; else `integration_deleted`, ' +
      'or `subscriber_erased`, where the event does not say whose it was.',
    subject: 'connection',
    data,
  }),
  'connection.consent_proven': defineEvent({
    description: 'The consent of an administrator, which was claimed, has taken effect.',
    subject: 'connection',
    data,
  }),
  'connection.consent_gave_up': defineEvent({
    description:
      'The consent of an administrator, which was claimed, was not proven within 7 days; latch does not ' +
      'any more. `reason` says what is in the way.',
    subject: 'connection',
    data,
  }),
  'connection.token_refresh_failed': defineEvent({
    description:
      'The provider refused to refresh the tokens of a connection: the app must be installed again.',
    subject: 'connection',
    data,
  }),
  'connection.tokens_refreshed': defineEvent({
    description:
      'The tokens of a connection were refreshed after the provider had refused to: it works again. Refreshing ' +
      'them as planned has no event.',
    subject: 'connection',
    data,
  }),
  'connection.tokens_read': defineEvent({
    description:
      'The tokens of a connection were read by an API key, which is the actor. Counted by the hour, and told ' +
      'when the hour is over.',
    subject: 'connection',
    data: Type.Object({
      count: Type.Integer({ description: 'How many answers had the tokens in them.' }),
      from: Type.String({ format: 'date-time', description: 'The first of these reads.' }),
      until: Type.String({ format: 'date-time', description: 'The last of them.' }),
    }),
  }),
}
