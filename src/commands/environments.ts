import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

const create = defineCommand({
  name: 'create',
  description: 'create an environment',
  declare: (command) =>
    withJson(withDataDir(command)).argument('<name>', 'a name, such as Staging'),
  examples: ['latch environments create Staging'],
  run: async (name: string, options: CommandOptions) => {
    const { createEnvironmentAction } = await import('../operator/environments.ts')
    const { runAction } = await import('./run-action.ts')
    const { id } = await runAction(options, createEnvironmentAction, { name })
    const next = `latch keys create --environment ${id}`
    console.log(
      options.json
        ? JSON.stringify({ id, name })
        : `Created environment ${id} "${name}". To create a key for it: ${next}`,
    )
    return 0
  },
})

/** Lists environments, oldest first. */
const list = defineCommand({
  name: 'list',
  description: 'list environments',
  declare: (command) => withJson(withDataDir(command)),
  examples: ['latch environments list --json'],
  run: async (options: CommandOptions) => {
    const { listEnvironmentsAction } = await import('../operator/environments.ts')
    const { runAction } = await import('./run-action.ts')
    const environments = await runAction(options, listEnvironmentsAction, {})
    if (options.json) console.log(JSON.stringify(environments))
    for (const { id, name } of options.json ? [] : environments) console.log(`${id}  ${name}`)
    return 0
  },
})

export const environmentsCommand = defineGroup({
  name: 'environments',
  description: 'create and list environments: separate tenants in one latch',
  commands: [create, list],
})
