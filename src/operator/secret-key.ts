import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import { secretKeyRotated } from '../domain/environments/environments.ts'
import { commandActor, defineAction } from './action.ts'
import { replaceSigningKeys } from './signing-keys.ts'

const ROTATE = 'secret-key.rotate'

/** Checks that the secret key opens every sealed value. */
export const checkSecretKeyAction = defineAction({
  name: 'secret-key.check',
  input: Type.Object({}),
  output: Type.Object({
    checked: Type.Integer(),
    undecryptable: Type.Array(
      Type.Object({ table: Type.String(), column: Type.String(), row: Type.String() }),
    ),
  }),
  run: ({ store }) => store.sealedValues.check(),
})

/**
 * Rotates the secret key, and returns when nothing is sealed with the previous one any more. The keys
 * that sign speaker tokens were sealed with it, so they are replaced as well.
 */
export const rotateSecretKeyAction = defineAction({
  name: ROTATE,
  input: Type.Object({}),
  output: Type.Object({
    kid: Type.String(),
    resealed: Type.Integer(),
    unopened: Type.Integer(),
    signingKeys: Type.Integer(),
  }),
  run: async (context) => {
    const { rotation } = context
    await rotation.begin()
    while ((await rotation.step()) === 'more');
    const { kid, resealed, unopened } = rotation.status()
    await commit(context, commandActor(ROTATE), () => secretKeyRotated(context, { kid, resealed }))
    const signingKeys = await replaceSigningKeys(context, ROTATE)
    return { kid, resealed, unopened, signingKeys }
  },
})
