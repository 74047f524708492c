import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** Events about environments, and about latch as a whole. */
export const environmentEvents = {
  'environment.created': defineEvent({
    description: 'The environment was created.',
    subject: 'environment',
    data: Type.Object({ name: Type.String() }),
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
