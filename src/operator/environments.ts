import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import {
  createEnvironment,
  environmentShape,
  NewEnvironment,
} from '../domain/environments/environments.ts'
import { commandActor, defineAction, readInput } from './action.ts'

const NAME = 'environments.create'

/** Creates an environment: an isolated tenant, which shares nothing with the others. */
export const createEnvironmentAction = defineAction({
  name: NAME,
  input: NewEnvironment,
  output: Type.Object({ id: Type.String(), name: Type.String() }),
  run: async (context, input) => {
    const given = readInput(environmentShape, input)
    const { value } = await commit(context, commandActor(NAME), () =>
      createEnvironment(context, given),
    )
    return { id: value.id, name: value.name }
  },
})

/** Lists environments, oldest first. */
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
