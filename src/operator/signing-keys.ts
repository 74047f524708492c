import { Type } from '@sinclair/typebox'
import { type CommitDeps, commit } from '../domain/commit.ts'
import { rotateSigningKeys } from '../domain/identities/signing-keys.ts'
import { createSigningKeyPair, type SigningKeyPair } from '../secrets/signing-key.ts'
import { commandActor, defineAction } from './action.ts'

const ROTATE = 'signing-keys.rotate'

/** Replaces the keys that sign speaker tokens, in every environment that has one. */
export const rotateSigningKeysAction = defineAction({
  name: ROTATE,
  input: Type.Object({}),
  output: Type.Object({ signingKeys: Type.Integer() }),
  run: async (context) => ({ signingKeys: await replaceSigningKeys(context, ROTATE) }),
})

/** Resolves to the number of keys that were replaced. `action`: recorded as the cause. */
export async function replaceSigningKeys(context: CommitDeps, action: string): Promise<number> {
  const pairs = new Map<string, SigningKeyPair>()
  for (const { id } of await context.store.environments.list()) {
    const keys = await context.store.signingKeys.list(id)
    if (keys.length > 0) pairs.set(id, await createSigningKeyPair())
  }
  await commit(context, commandActor(action), () => rotateSigningKeys(context, pairs))
  return pairs.size
}
