import type { Deps } from '../../deps.ts'
import type { Environment } from '../../store/environments/environments.ts'
import { accept, type Decision, mergeChanges } from '../decision.ts'
import { createEnvironment } from './environments.ts'
import { type IssuedKey, issueKey } from './keys.ts'

type FirstEnvironmentDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** Who may fill an empty database: one that a sandbox filled has made-up users, and stays one. */
export type Purpose = 'serve' | 'sandbox'

export type FirstEnvironment = { environment: Environment; key: IssuedKey }

/** The database is filled already, for that purpose. */
export type AlreadyInitialized = { kind: 'already_initialized'; purpose: Purpose }

/**
 * The first environment of an empty database, with its first API key: `apiKey`, or a new one. Of
 * several processes that start at once on one database, one makes it; the others are refused.
 */
export async function createFirstEnvironment(
  deps: FirstEnvironmentDeps,
  purpose: Purpose,
  names: { environment: string; key: string },
  apiKey?: string,
): Promise<Decision<FirstEnvironment, AlreadyInitialized>> {
  const { store } = deps
  const existingPurpose = await store.metadata.purpose()
  if (existingPurpose !== null) return { kind: 'already_initialized', purpose: existingPurpose }
  // Filled before it was noted by what: a sandbox has always noted it.
  if ((await store.environments.first()) !== null) {
    return { kind: 'already_initialized', purpose: 'serve' }
  }
  const made = await createEnvironment(deps, { name: names.environment })
  const key = issueKey(
    deps,
    made.value.id,
    { name: names.key, permission: 'all', expiresInDays: null },
    apiKey,
  )
  // Its unique key is what only one process can take.
  const claim = accept(null, { writes: [store.metadata.setPurpose(purpose)] })
  return accept(
    { environment: made.value, key: key.value },
    mergeChanges(claim.change, made.change, key.change),
  )
}
