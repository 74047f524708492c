import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import type { Environment } from '../../store/environments/environments.ts'
import { accept, type Decision } from '../decision.ts'
import { createShape } from '../shape.ts'

type EnvironmentDeps = Pick<Deps, 'store' | 'random' | 'clock'>

export const NewEnvironment = Type.Object({ name: Type.String({ minLength: 1 }) })
export const environmentShape = createShape(NewEnvironment)

export type EnvironmentNotFound = { kind: 'environment_not_found'; id: string }
export type NoEnvironment = { kind: 'no_environment' }
export type FoundEnvironment = { kind: 'environment'; environment: Environment }

/** The environment with this id, or the oldest one if no id is given. */
export async function findEnvironment(
  { store }: Pick<Deps, 'store'>,
  id: string | null,
): Promise<FoundEnvironment | EnvironmentNotFound | NoEnvironment> {
  const environment =
    id === null ? await store.environments.first() : await store.environments.findById(id)
  if (environment !== null) return { kind: 'environment', environment }
  return id === null ? { kind: 'no_environment' } : { kind: 'environment_not_found', id }
}

/** Creates an environment. It shares only the organization with the others, as in Novu. */
export async function createEnvironment(
  { store, random, clock }: EnvironmentDeps,
  { name }: Static<typeof NewEnvironment>,
): Promise<Decision<Environment>> {
  const createdAtMs = clock()
  const first = await store.environments.first()
  const environment = {
    id: random.recordId(createdAtMs),
    organizationId: first?.organizationId ?? random.recordId(createdAtMs),
    name,
    createdAtMs,
  }
  return accept(environment, {
    writes: [store.environments.insert(environment)],
    events: [
      {
        type: 'environment.created',
        environmentId: environment.id,
        subjectId: environment.id,
        data: { name },
      },
    ],
  })
}

/** Records in every environment that the secret key was replaced. `kid` identifies the new key. */
export async function secretKeyRotated(
  { store }: Pick<Deps, 'store'>,
  { kid, resealed }: { kid: string; resealed: number },
): Promise<Decision<null>> {
  const environments = await store.environments.list()
  return accept(null, {
    events: environments.map(({ id }) => ({
      type: 'secret_key.rotated' as const,
      environmentId: id,
      subjectId: kid,
      data: { resealed },
    })),
  })
}
