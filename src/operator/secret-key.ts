import { Type } from '@sinclair/typebox'
import { defineAction } from './action.ts'

/** Opens every sealed value with the secret key. */
export const checkSecretKeyAction = defineAction({
  name: 'secret-key.check',
  input: Type.Object({}),
  output: Type.Object({
    checked: Type.Integer(),
    dead: Type.Array(
      Type.Object({ table: Type.String(), column: Type.String(), row: Type.String() }),
    ),
  }),
  run: ({ store }) => store.sealedValues.check(),
})

/** Replaces the secret key, and answers when nothing is sealed with the one before. */
export const rotateSecretKeyAction = defineAction({
  name: 'secret-key.rotate',
  input: Type.Object({}),
  output: Type.Object({
    kid: Type.String(),
    resealed: Type.Integer(),
    unopened: Type.Integer(),
  }),
  run: async ({ rotation }) => {
    await rotation.begin()
    while ((await rotation.step()) === 'more');
    const { kid, resealed, unopened } = rotation.status()
    return { kid, resealed, unopened }
  },
})
