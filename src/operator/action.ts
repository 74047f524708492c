import type { Static, TSchema } from '@sinclair/typebox'
import type { Config } from '../config.ts'
import type { CommitDeps } from '../domain/commit.ts'
import type { Actor } from '../domain/decision.ts'
import { findEnvironment } from '../domain/environments/environments.ts'
import { inOneLine, type Shape } from '../domain/shape.ts'
import type { Fetch } from '../providers/call-provider.ts'
import type { Providers } from '../providers/create-providers.ts'
import type { Registry } from '../providers/definition.ts'
import type { Random } from '../secrets/random.ts'
import type { States } from '../secrets/state.ts'
import type { Environment } from '../store/environments/environments.ts'
import { UsageError } from './errors.ts'
import type { Rotation } from './rotation.ts'

/**
 * What an operator's command works on: the running latch's data, or a data directory that no latch
 * is using.
 */
export type OperatorContext = CommitDeps & {
  settings: Config
  registry: Registry
  providers: Providers
  fetch: Fetch
  rotation: Rotation
  random: Random
  states: States
  /** Milliseconds since 1970. */
  clock(): number
}

/**
 * An operation on live data for an operator. One process owns the database, so a command does not
 * open it: it sends its action to the running latch over the operator socket, and runs the action
 * itself only if no latch is running.
 */
export type Action<Input extends TSchema = TSchema, Output extends TSchema = TSchema> = {
  name: string
  input: Input
  output: Output
  /** Throws `UsageError` for invalid input. */
  run(context: OperatorContext, input: Static<Input>): Promise<Static<Output>>
}

/** Defines an action, inferring the types of its input and output. */
export const defineAction = <Input extends TSchema, Output extends TSchema>(
  action: Action<Input, Output>,
): Action<Input, Output> => action

/** The actor recorded for changes made by the action of that name. */
export const commandActor = (action: string): Actor => ({ kind: 'command', id: action })

/** Validates input against its schema in the domain. Throws `UsageError` if it does not match. */
export function readInput<Schema extends TSchema>(
  shape: Shape<Schema>,
  input: unknown,
): Static<Schema> {
  const read = shape.read(input)
  if (read.kind === 'invalid') throw new UsageError(inOneLine(read))
  return read.value
}

/** The environment with that id, or the first one. Throws `UsageError` if there is none. */
export async function requireEnvironment(
  deps: Pick<OperatorContext, 'store'>,
  id: string | null,
): Promise<Environment> {
  const found = await findEnvironment(deps, id)
  switch (found.kind) {
    case 'environment':
      return found.environment
    case 'no_environment':
      throw new UsageError(
        'This data directory has no environment yet. Start `latch serve` once to create one.',
      )
    case 'environment_not_found':
      throw new UsageError(`No such environment: ${found.id}`)
  }
}
