import { Type } from '@sinclair/typebox'
import { defineEvent, textOrNull } from './define.ts'

const data = Type.Object({
  integrationId: Type.String({ description: 'The `_id` of the integration.' }),
  mode: Type.String({ description: '`link_user` or `connect`.' }),
  contextKeys: Type.Array(Type.String()),
})

/** What becomes of links that store nothing. The subject is the link's id. */
export const linkEvents = {
  'link.opened': defineEvent({
    description:
      "Somebody opened a link that begins at latch's own page. Told once for a link; of links that begin at " +
      'the provider nobody can tell.',
    subject: 'link',
    data,
    mostPerLink: 1,
  }),
  'link.failed': defineEvent({
    description:
      'An attempt to complete a link failed; `reason` says why. Told once for each reason, and at most ' +
      '10 times for a link.',
    subject: 'link',
    data: Type.Object({
      ...data.properties,
      connectionIdentifier: textOrNull(),
      isSpent: Type.Boolean({
        description: 'Whether the link is used up by it. Otherwise it is good until it expires.',
      }),
      providerError: Type.Union([Type.String(), Type.Null()], {
        description: 'What the provider said, such as `invalid_grant (AADSTS70008)`: codes alone.',
      }),
    }),
    personal: Type.Object({
      workspace: Type.Optional(
        Type.String({ description: 'The workspace that they came from, where it is a wrong one.' }),
      ),
    }),
    mostPerLink: 10,
  }),
  'link.installation_discarded': defineEvent({
    description:
      'Somebody installed the app, or consented to it, by a link, and nothing of it is stored: `reason` says ' +
      'why, such as `subscriber_gone`. The token that came with it is not kept, and not revoked either, as a ' +
      'workspace has the same one for every installation. The app stays installed there until somebody ' +
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
