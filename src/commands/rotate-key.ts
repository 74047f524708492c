import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

/** Replaces the secret key and re-encrypts everything; exits with 1 if some of it cannot be decrypted. */
export const rotateKeyCommand = defineCommand({
  name: 'rotate-key',
  description: 'replace the secret key and re-encrypt everything; works while latch runs',
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
        `The secret key is now ${kid}, and ${resealed} values are re-encrypted. The previous key still ` +
          'works for links that users already have; it is removed in 6 minutes. Backups made ' +
          'before that need secret.key as it was: keep a copy of it with them.',
      )
      if (unopened > 0)
        console.log(`${unopened} values cannot be decrypted: see \`latch check-key\`.`)
    }
    return unopened === 0 ? 0 : 1
  },
})
