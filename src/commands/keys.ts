import { createKeyAction, listKeysAction, revokeKeyAction } from '../operator/keys.ts'
import { UsageError } from '../operator/usage-error.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { runAction } from './run-action.ts'

export type KeyOptions = CommandOptions & {
  environment?: string
  name?: string
  permission?: string
  expiresIn?: string
}

const PERMISSIONS = ['all', 'read', 'links'] as const

const environmentOf = ({ environment = null }: { environment?: string | null }) => ({
  environmentId: environment,
})

/** Makes an API key, and prints it: it is shown this once. */
export async function createKey(options: KeyOptions): Promise<ExitCode> {
  const permission = PERMISSIONS.find((choice) => choice === (options.permission ?? 'all'))
  if (permission === undefined) {
    throw new UsageError(`--permission must be one of ${PERMISSIONS.join(', ')}`)
  }
  const { name = 'unnamed', expiresIn } = options
  const expiresInDays = expiresIn === undefined ? null : Number(/^(\d{1,5})d$/.exec(expiresIn)?.[1])
  if (expiresInDays !== null && !(expiresInDays > 0)) {
    throw new UsageError('--expires-in is in days, such as 90d')
  }
  const wanted = { ...environmentOf(options), name, permission, expiresInDays }
  const made = await runAction(options, createKeyAction, wanted)
  console.log(
    options.json
      ? JSON.stringify(made)
      : `API key ${made.id} "${name}" (shown this once, keep it): ${made.apiKey}`,
  )
  return 0
}

/** Prints an environment's keys, without the keys themselves. */
export async function listKeys(options: KeyOptions): Promise<ExitCode> {
  const keys = await runAction(options, listKeysAction, environmentOf(options))
  if (options.json) console.log(JSON.stringify(keys))
  for (const { revokedAt, expiresAt, lastUsedAt, ...key } of options.json ? [] : keys) {
    const end = revokedAt === null ? `until ${expiresAt ?? 'revoked'}` : `revoked ${revokedAt}`
    const used = lastUsedAt === null ? 'never used' : `used ${lastUsedAt}`
    console.log(`${key.id}  ${key.permission.padEnd(5)}  ${end}  ${used}  ${key.name}`)
  }
  return 0
}

/** Ends a key at once. What it made stays. */
export async function revokeKey(id: string, options: KeyOptions): Promise<ExitCode> {
  const revoked = await runAction(options, revokeKeyAction, { ...environmentOf(options), id })
  console.log(options.json ? JSON.stringify(revoked) : `API key ${id} is revoked`)
  return 0
}
