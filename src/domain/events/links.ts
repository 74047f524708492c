import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  mode: Type.String({ description: '`link_user` or `connect`.' }),
  contextKeys: Type.Array(Type.String()),
})

/** Events about links, except their success. The subject is the link's id. */
export const linkEvents = {
  'link.opened': defineEvent({
    description:
      "A link was opened at latch's own page, where bound links begin. Recorded once per link. " +
      'Opening a link that begins at the provider has no event.',
    subject: 'link',
    data,
    mostPerLink: 1,
  }),
  'link.failed': defineEvent({
    description:
      'An attempt to complete a link failed; `reason` says why. The link stays valid until it ' +
      'expires, unless it was completed before (`already_used`) or tried too often ' +
      '(`too_many_attempts`). Recorded once for each reason, and at most 10 times per link.',
    subject: 'link',
    data: Type.Object({
      ...data.properties,
      connectionIdentifier: textOrNull(),
      providerError: Type.Union([Type.String(), Type.Null()], {
        description: "The provider's error, such as `invalid_grant (AADSTS70008)`: codes only.",
      }),
      endpointIdentifier: Type.Optional(
        Type.String({
          description:
            'With the reason `linked_to_another_subscriber`: the endpoint of the other subscriber.',
        }),
      ),
    }),
    personal: Type.Object({
      workspace: Type.Optional(
        Type.String({ description: 'The workspace that the user chose, if it was the wrong one.' }),
      ),
    }),
    mostPerLink: 10,
  }),
  'link.other_unlinked': defineEvent({
    description:
      'A chat user could not be linked, because they were linked to another subscriber, and then ' +
      'unlinked themselves from that one on the same page. The link can be opened again. The other ' +
      'subscriber has an event of type `endpoint.deleted`.',
    subject: 'link',
    data: Type.Object({
      ...data.properties,
      endpointIdentifier: Type.String({ description: 'The endpoint that was deleted.' }),
    }),
    mostPerLink: 10,
  }),
  'link.installation_discarded': defineEvent({
    description:
      'A link installed the app or obtained consent, but nothing was stored: `reason` says why, ' +
      'such as `subscriber_gone`. The token is not kept, and not revoked either, because all ' +
      'installations in a workspace may share one token. The app stays installed until someone ' +
      'removes it at the provider.',
    subject: 'link',
    data: Type.Object({
      ...data.properties,
      workspaceId: Type.String({ description: 'The team at Slack, or the tenant at Microsoft.' }),
      workspaceName: textOrNull(),
    }),
    mostPerLink: 1,
  }),
}
