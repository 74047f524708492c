import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

/** Exits with 1 where the secret key does not open everything that is sealed. */
export const checkKeyCommand = defineCommand({
  name: 'check-key',
  description: 'prove that the secret key opens every secret that is stored',
  declare: (command) => withJson(withDataDir(command)),
  examples: ['latch check-key --data-dir /var/lib/latch'],
  run: async (options: CommandOptions) => {
    const { checkSecretKeyAction } = await import('../operator/secret-key.ts')
    const { runAction } = await import('./run-action.ts')
    const { checked, dead } = await runAction(options, checkSecretKeyAction, {})
    if (options.json) console.log(JSON.stringify({ checked, dead }))
    else {
      console.log(`${checked} sealed values, ${dead.length} of which do not open`)
      for (const { table, column, row } of dead) console.log(`  ${table}.${column} of ${row}`)
    }
    return dead.length === 0 ? 0 : 1
  },
})
