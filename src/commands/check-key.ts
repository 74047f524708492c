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
    const { checked, dead } = await runAction(options, checkSecretKeyAction, {})
    if (options.json) console.log(JSON.stringify({ checked, dead }))
    else {
      console.log(`${checked} encrypted values, ${dead.length} of which cannot be decrypted`)
      for (const { table, column, row } of dead) console.log(`  ${table}.${column} of ${row}`)
    }
    return dead.length === 0 ? 0 : 1
  },
})
