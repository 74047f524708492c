import { Type } from '@sinclair/typebox'
import { defineEvent } from './define.ts'

/** What happens to environments, and to latch as a whole. */
export const environmentEvents = {
  'environment.created': defineEvent({
    description: 'The environment was made.',
    subject: 'environment',
    data: Type.Object({ name: Type.String() }),
  }),
  'secret_key.rotated': defineEvent({
    description:
      'The secret key of this latch was replaced, and everything is sealed with the new one. Told to ' +
      'every environment.',
    subject: 'secret_key',
    data: Type.Object({
      resealed: Type.Integer({ description: 'How many values were sealed anew.' }),
    }),
  }),
}
