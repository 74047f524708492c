import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type ApproveOptions = CommandOptions & { environment?: string; workspace: string }

const approve = defineCommand({
  name: 'approve',
  description: 'approve a connection whose administrator has not proven to be one',
  declare: (command) =>
    withJson(withEnvironment(command))
      .argument('<identifier>', 'its identifier, from `latch doctor` or the event')
      .requiredOption('--workspace <id>', 'the tenant that you approve'),
  examples: [
    'latch connections approve chconn_abc123 --workspace 11111111-aaaa-4aaa-8aaa-111111111111',
  ],
  run: async (identifier: string, { workspace, ...options }: ApproveOptions) => {
    const { environment = null } = options
    const { approveConnectionAction } = await import('../operator/connections.ts')
    const { runAction } = await import('./run-action.ts')
    const approved = await runAction(options, approveConnectionAction, {
      environmentId: environment,
      identifier,
      workspaceId: workspace,
    })
    const { subscriberId, problem } = approved
    const owner = subscriberId === null ? 'its context' : `subscriber ${subscriberId}`
    console.log(
      options.json
        ? JSON.stringify(approved)
        : `Approved. The connection now belongs to ${owner}.` +
            (problem === null ? '' : ` It is not active yet: ${problem}.`),
    )
    return 0
  },
})

export const connectionsCommand = defineGroup({
  name: 'connections',
  description: 'approve connections of workspaces',
  commands: [approve],
})
