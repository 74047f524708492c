import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** What becomes of links that store nothing. The subject is the link's id. */
export const linkEvents = {
  'link.failed': defineEvent({
    description:
      'An attempt to complete a link failed; `reason` says why. Told once for each reason, and at most ' +
      '10 times for a link.',
    subject: 'link',
    data: Type.Object({
      integrationId: Type.String({ description: 'The `_id` of the integration.' }),
      mode: Type.String({ description: '`link_user` or `connect`.' }),
      contextKeys: Type.Array(Type.String()),
    }),
    mostPerLink: 10,
  }),
}
