import { createEnvironmentAction, listEnvironmentsAction } from '../operator/environments.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { runAction } from './run-action.ts'

/** Makes an environment: a tenant of its own, which shares nothing with the others. */
export async function createEnvironment(name: string, options: CommandOptions): Promise<ExitCode> {
  const { id } = await runAction(options, createEnvironmentAction, { name })
  const next = `latch keys create --environment ${id}`
  console.log(
    options.json ? JSON.stringify({ id, name }) : `Environment ${id} "${name}". Its key: ${next}`,
  )
  return 0
}

/** Prints the environments of a data directory, the oldest first. */
export async function listEnvironments(options: CommandOptions): Promise<ExitCode> {
  const environments = await runAction(options, listEnvironmentsAction, {})
  if (options.json) console.log(JSON.stringify(environments))
  for (const { id, name } of options.json ? [] : environments) console.log(`${id}  ${name}`)
  return 0
}
