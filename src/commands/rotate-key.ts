import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

/** Replaces the secret key and seals everything anew; exits with 1 where not all of it opened. */
export const rotateKeyCommand = defineCommand({
  name: 'rotate-key',
  description: 'replace the secret key and seal everything anew, also while latch runs',
  declare: (command) => withJson(withDataDir(command)),
  examples: ['latch rotate-key --data-dir /var/lib/latch'],
  run: async (options: CommandOptions) => {
    const { rotateSecretKeyAction } = await import('../operator/secret-key.ts')
    const { runAction } = await import('./run-action.ts')
    const rotated = await runAction(options, rotateSecretKeyAction, {})
    const { kid, resealed, unopened } = rotated
    if (options.json) console.log(JSON.stringify(rotated))
    else {
      console.log(
        `The secret key is now ${kid}: ${resealed} values are sealed anew. The one before still opens ` +
          'links that are under way; latch forgets it 6 minutes from now. Backups made until then ' +
          'need a copy of secret.key as it was: keep that with them.',
      )
      if (unopened > 0) console.log(`${unopened} values do not open: see \`latch check-key\`.`)
    }
    return unopened === 0 ? 0 : 1
  },
})
