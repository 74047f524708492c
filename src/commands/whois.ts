import { type CommandOptions, defineCommand } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type WhoisOptions = CommandOptions & { environment?: string }

/** Names the subscriber of a chat user. Exits with 1 if there is none, or not exactly one. */
export const whoisCommand = defineCommand({
  name: 'whois',
  description: 'find the subscriber who is linked to a chat user',
  declare: (command) =>
    withJson(withEnvironment(command))
      .argument('<provider>', 'slack or msteams')
      .argument('<workspace>', "the user's own team, Enterprise Grid organisation, or tenant")
      .argument('<user>', 'their user id there; at Microsoft the object id'),
  examples: [
    'latch whois slack T0ACME0001 U0ADA00001',
    'latch whois msteams 3f1c2b4e-0000-4000-8000-000000000001 8d2a7c11-0000-4000-8000-000000000002 --json',
  ],
  run: async (providerId: string, workspaceId: string, userId: string, options: WhoisOptions) => {
    const { whoisAction } = await import('../operator/identities.ts')
    const { runAction } = await import('./run-action.ts')
    const { environment: environmentId = null } = options
    const input = { environmentId, providerId, workspaceId, userId }
    const { status, subscribers } = await runAction(options, whoisAction, input)
    if (options.json) console.log(JSON.stringify({ status, subscribers }))
    else {
      if (status !== 'linked') console.log(EXPLANATIONS[status])
      for (const one of subscribers) {
        const contexts = one.contextKeys.length === 0 ? '' : ` in ${one.contextKeys.join(', ')}`
        console.log(
          `${one.subscriberId}  by ${one.integration}${contexts}  linked ${one.linkedAt}  ` +
            `endpoint ${one.endpointIdentifier}`,
        )
      }
    }
    return status === 'linked' ? 0 : 1
  },
})

const EXPLANATIONS = {
  not_linked: 'No subscriber is linked to this chat user.',
  ambiguous_identity:
    'Several subscribers are linked to this chat user, so nobody can say which of them is speaking. ' +
    'Delete the endpoints of all but one:',
}
