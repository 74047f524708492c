import { checkSecretKeyAction, rotateSecretKeyAction } from '../operator/secret-key.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { runAction } from './run-action.ts'

/** Proves that the secret key opens everything that is sealed; 1 where it does not. */
export async function checkKey(options: CommandOptions): Promise<ExitCode> {
  const { checked, dead } = await runAction(options, checkSecretKeyAction, {})
  if (options.json) console.log(JSON.stringify({ checked, dead }))
  else {
    console.log(`${checked} sealed values, ${dead.length} of which do not open`)
    for (const { table, column, row } of dead) console.log(`  ${table}.${column} of ${row}`)
  }
  return dead.length === 0 ? 0 : 1
}

/** Replaces the secret key and seals everything anew, also while latch runs; 1 where not all opened. */
export async function rotateKey(options: CommandOptions): Promise<ExitCode> {
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
}
