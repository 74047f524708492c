import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

/** Exits with 1 if the secret key does not decrypt every value. */
export const checkKeyCommand = defineCommand({
  name: 'check-key',
  description: 'check that the secret key decrypts every stored secret',
  declare: (command) => withJson(withDataDir(command)),
  examples: ['latch check-key --data-dir /var/lib/latch'],
  run: async (options: CommandOptions) => {
    const { checkSecretKeyAction } = await import('../operator/secret-key.ts')
    const { runAction } = await import('./run-action.ts')
    const { checked, undecryptable } = await runAction(options, checkSecretKeyAction, {})
    if (options.json) console.log(JSON.stringify({ checked, dead: undecryptable }))
    else {
      console.log(
        `${checked} encrypted values, ${undecryptable.length} of which cannot be decrypted`,
      )
      for (const { table, column, row } of undecryptable)
        console.log(`  ${table}.${column} of ${row}`)
    }
    return undecryptable.length === 0 ? 0 : 1
  },
})
