import type { Deps } from '../../deps.ts'
import type { Environment } from '../../store/environments/environments.ts'
import { accept, type Decision, mergeChanges } from '../decision.ts'
import { createEnvironment } from './environments.ts'
import { EXAMPLE_AUDIENCE } from './key-permissions.ts'
import { type IssuedKey, issueKey, type NewKey } from './keys.ts'

type FirstEnvironmentDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** What a database is for. A sandbox's contains made-up users, and must not become a real one. */
export type Purpose = 'serve' | 'sandbox'

/** What the first key permits. That of a sandbox also permits what its samples show. */
export const FIRST_KEYS: Readonly<Record<Purpose, Omit<NewKey, 'name'>>> = {
  serve: { permissions: ['all'], audiences: [], expiresInDays: null },
  sandbox: {
    permissions: ['all', 'speak'],
    audiences: [EXAMPLE_AUDIENCE],
    expiresInDays: null,
  },
}

export type FirstEnvironment = { environment: Environment; key: IssuedKey }

/** The database already has data, for this purpose. */
export type AlreadyInitialized = { kind: 'already_initialized'; purpose: Purpose }

/**
 * Creates the first environment of an empty database, and its first API key: `apiKey`, or a new
 * one. If several processes start on one database at once, one creates them and the others are
 * refused.
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
  // Older versions of latch did not record the purpose of a database, except in a sandbox.
  if ((await store.environments.first()) !== null) {
    return { kind: 'already_initialized', purpose: 'serve' }
  }
  const made = await createEnvironment(deps, { name: names.environment })
  const key = issueKey(deps, made.value.id, { ...FIRST_KEYS[purpose], name: names.key }, apiKey)
  // Its primary key is unique, so only one process can insert it.
  const claim = accept(null, { writes: [store.metadata.setPurpose(purpose)] })
  return accept(
    { environment: made.value, key: key.value },
    mergeChanges(claim.change, made.change, key.change),
  )
}
