import type { Static, TSchema } from '@sinclair/typebox'
import type { Config } from '../config.ts'
import type { Fetch } from '../providers/call-provider.ts'
import type { Providers } from '../providers/create-providers.ts'
import type { Registry } from '../providers/definition.ts'
import type { Random } from '../secrets/random.ts'
import type { Environment } from '../store/environments/environments.ts'
import type { Store } from '../store/store.ts'
import type { Rotation } from './rotation.ts'
import { UsageError } from './usage-error.ts'

/** What an operator's command works on: of the latch that runs, or of a data directory at rest. */
export type OperatorContext = {
  settings: Config
  store: Store
  registry: Registry
  providers: Providers
  fetch: Fetch
  rotation: Rotation
  random: Random
  /** Milliseconds since 1970. */
  clock(): number
}

/**
 * Something that an operator has done to live data. One process owns the database (DESIGN.md,
 * decision 16), so a command does not open it: it sends its action to the latch that runs, by the
 * control socket, and does it itself only where none does.
 */
export type Action<Input extends TSchema = TSchema, Output extends TSchema = TSchema> = {
  name: string
  input: Input
  output: Output
  /** Throws `UsageError` for what was typed wrongly. */
  run(context: OperatorContext, input: Static<Input>): Promise<Static<Output>>
}

/** Keeps the types of an action's two ends. */
export const defineAction = <Input extends TSchema, Output extends TSchema>(
  action: Action<Input, Output>,
): Action<Input, Output> => action

/** The environment of that id, or the first one. Throws `UsageError` where there is none. */
export async function requireEnvironment(store: Store, id: string | null): Promise<Environment> {
  const found =
    id === null ? await store.environments.first() : await store.environments.findById(id)
  if (found !== null) return found
  throw new UsageError(
    id === null
      ? 'This data directory has no environment yet. Start `latch serve` once to make one.'
      : `There is no environment ${id} here.`,
  )
}
