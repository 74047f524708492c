import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** Events about environments, and about latch as a whole. */
export const environmentEvents = {
  'environment.created': defineEvent({
    description: 'The environment was created.',
    subject: 'environment',
    data: Type.Object({ name: Type.String() }),
  }),
  'signing_key.created': defineEvent({
    description: 'A key was created that signs speaker tokens.',
    subject: 'signing_key',
    data: Type.Object({
      signsFrom: Type.String({
        format: 'date-time',
        description: 'Until then it is only published, so that services know it when it signs.',
      }),
    }),
  }),
  'secret_key.rotated': defineEvent({
    description:
      'The secret key was replaced, and everything is encrypted with the new one. Recorded in ' +
      'every environment.',
    subject: 'secret_key',
    data: Type.Object({
      resealed: Type.Integer({ description: 'How many values were encrypted again.' }),
    }),
  }),
}
