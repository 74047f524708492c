import type { Deps } from '../../deps.ts'
import type { Environment } from '../../store/environments/environments.ts'
import { accept, type Decision, together } from '../decision.ts'
import { createEnvironment } from './environments.ts'
import { type MadeKey, makeKey } from './keys.ts'

type FirstDeps = Pick<Deps, 'store' | 'random' | 'clock'>

/** Who may fill an empty database: one that a sandbox filled has made-up users, and stays one. */
export type Purpose = 'serve' | 'sandbox'

export type First = { environment: Environment; key: MadeKey }

/** The database is filled already, for that purpose. */
export type AlreadyFilled = { kind: 'already_filled'; purpose: Purpose }

/**
 * The first environment of an empty database, with its first API key: `apiKey`, or a new one. Of
 * several processes that start at once on one database, one makes it; the others are refused.
 */
export async function createFirstEnvironment(
  deps: FirstDeps,
  purpose: Purpose,
  names: { environment: string; key: string },
  apiKey?: string,
): Promise<Decision<First, AlreadyFilled>> {
  const { store } = deps
  const filledFor = await store.metadata.purpose()
  if (filledFor !== null) return { kind: 'already_filled', purpose: filledFor }
  // Filled before it was noted by what: a sandbox has always noted it.
  if ((await store.environments.first()) !== null) {
    return { kind: 'already_filled', purpose: 'serve' }
  }
  const made = await createEnvironment(deps, { name: names.environment })
  const key = makeKey(
    deps,
    made.value.id,
    { name: names.key, permission: 'all', expiresInDays: null },
    apiKey,
  )
  // Its unique key is what only one process can take.
  const claim = accept(null, { writes: [store.metadata.setPurpose(purpose)] })
  return accept(
    { environment: made.value, key: key.value },
    together(claim.change, made.change, key.change),
  )
}
