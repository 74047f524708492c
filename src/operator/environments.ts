import { Type } from '@sinclair/typebox'
import { defineAction } from './action.ts'

/** Makes an environment: a tenant of its own, which shares nothing with the others. */
export const createEnvironmentAction = defineAction({
  name: 'environments.create',
  input: Type.Object({ name: Type.String({ minLength: 1 }) }),
  output: Type.Object({ id: Type.String(), name: Type.String() }),
  run: async ({ store, random, clock }, { name }) => {
    const createdAtMs = clock()
    const id = random.recordId(createdAtMs)
    // As at Novu, environments of one company share an organisation.
    const first = await store.environments.first()
    const organizationId = first?.organizationId ?? random.recordId(createdAtMs)
    await store.commit([store.environments.insert({ id, organizationId, name, createdAtMs })])
    return { id, name }
  },
})

/** The oldest first. */
export const listEnvironmentsAction = defineAction({
  name: 'environments.list',
  input: Type.Object({}),
  output: Type.Array(
    Type.Object({ id: Type.String(), name: Type.String(), createdAt: Type.String() }),
  ),
  run: async ({ store }) =>
    (await store.environments.list()).map(({ id, name, createdAtMs }) => ({
      id,
      name,
      createdAt: new Date(createdAtMs).toISOString(),
    })),
})
