import { type CommandOptions, defineCommand } from './define-command.ts'
import { withDataDir, withJson } from './options.ts'

type RotateOptions = CommandOptions & { onlySigningKeys?: true }

/** Replaces the secret key and re-encrypts everything; exits with 1 if some of it cannot be decrypted. */
export const rotateKeyCommand = defineCommand({
  name: 'rotate-key',
  description:
    'replace the secret key, re-encrypt everything, and replace the keys that sign speaker tokens; ' +
    'works while latch runs',
  declare: (command) =>
    withJson(withDataDir(command)).option(
      '--only-signing-keys',
      'replace only the keys that sign speaker tokens',
    ),
  examples: ['latch rotate-key --data-dir /var/lib/latch', 'latch rotate-key --only-signing-keys'],
  run: async (options: RotateOptions) => {
    if (options.onlySigningKeys) return rotateSigningKeys(options)
    const { rotateSecretKeyAction } = await import('../operator/secret-key.ts')
    const { runAction } = await import('./run-action.ts')
    const rotated = await runAction(options, rotateSecretKeyAction, {})
    const { kid, resealed, unopened, signingKeys } = rotated
    if (options.json) console.log(JSON.stringify(rotated))
    else {
      console.log(
        `The secret key is now ${kid}, and ${resealed} values are re-encrypted. The previous key still ` +
          'works for links that users already have; it is removed in 6 minutes. Backups made ' +
          'before that need secret.key as it was: keep a copy of it with them.',
      )
      if (signingKeys > 0) console.log(describeSigningKeys(signingKeys))
      if (unopened > 0)
        console.log(`${unopened} values cannot be decrypted: see \`latch check-key\`.`)
    }
    return unopened === 0 ? 0 : 1
  },
})

async function rotateSigningKeys(options: CommandOptions): Promise<0> {
  const { rotateSigningKeysAction } = await import('../operator/signing-keys.ts')
  const { runAction } = await import('./run-action.ts')
  const rotated = await runAction(options, rotateSigningKeysAction, {})
  console.log(options.json ? JSON.stringify(rotated) : describeSigningKeys(rotated.signingKeys))
  return 0
}

const describeSigningKeys = (count: number): string =>
  count === 0
    ? 'There are no signing keys yet: the first speaker token creates one.'
    : `${count} signing keys of speaker tokens are replaced: the new ones are published, and sign in ` +
      '10 minutes. Tokens of the previous ones can be verified until they expire.'
