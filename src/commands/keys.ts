import {
  isKeyPermission,
  KEY_PERMISSIONS,
  type KeyPermission,
} from '../domain/environments/key-permissions.ts'
import { UsageError } from '../operator/errors.ts'
import { type CommandOptions, defineCommand, defineGroup } from './define-command.ts'
import { withEnvironment, withJson } from './options.ts'

type KeyOptions = CommandOptions & { environment?: string }
type CreateOptions = KeyOptions & {
  name?: string
  permission?: string
  audience?: readonly string[]
  expiresIn?: string
}

const describePermissions = (): string =>
  Object.entries(KEY_PERMISSIONS)
    .map(([permission, meaning]) => `${permission} (${meaning})`)
    .join('; ')

const environmentOf = ({ environment = null }: { environment?: string | null }) => ({
  environmentId: environment,
})

const create = defineCommand({
  name: 'create',
  description: 'create a key and print it (it is shown only once)',
  declare: (command) =>
    withJson(withEnvironment(command))
      .option('--name <name>', 'what the key is for')
      .option(
        '--permission <what>',
        `what it may do, several separated by commas: ${describePermissions()}; default: all`,
      )
      .option(
        '--audience <audience>',
        'a service that may read its speaker tokens, usually a URL; repeat it for several',
        (audience: string, others: readonly string[] = []) => [...others, audience],
      )
      .option('--expires-in <days>', 'when it expires, such as 90d; default: never'),
  examples: [
    'latch keys create --name ci --permission links --expires-in 90d',
    'latch keys create --name bot --permission read,speak --audience https://app.example.com',
    'latch keys create --name backend --data-dir /var/lib/latch --json',
  ],
  run: async (options: CreateOptions) => {
    const { name = 'unnamed' } = options
    const wanted = {
      ...environmentOf(options),
      name,
      permissions: readPermissions(options),
      audiences: [...(options.audience ?? [])],
      expiresInDays: readDays(options),
    }
    const { createKeyAction } = await import('../operator/keys.ts')
    const { runAction } = await import('./run-action.ts')
    const made = await runAction(options, createKeyAction, wanted)
    console.log(
      options.json
        ? JSON.stringify(made)
        : `API key ${made.id} "${name}" (shown only once, store it now): ${made.apiKey}`,
    )
    return 0
  },
})

function readPermissions({ permission = 'all' }: CreateOptions): KeyPermission[] {
  const names = [...new Set(permission.split(',').map((name) => name.trim()))]
  const known = names.filter(isKeyPermission)
  if (known.length === names.length) return known
  throw new UsageError(
    `--permission must be one of ${Object.keys(KEY_PERMISSIONS).join(', ')}, or several of them ` +
      'separated by commas',
  )
}

/** Null: the key does not expire. */
function readDays({ expiresIn }: CreateOptions): number | null {
  if (expiresIn === undefined) return null
  const days = Number(/^(\d{1,5})d$/.exec(expiresIn)?.[1])
  if (days > 0) return days
  throw new UsageError('--expires-in must be a number of days, such as 90d')
}

const list = defineCommand({
  name: 'list',
  description: 'list keys, without their secrets',
  declare: (command) => withJson(withEnvironment(command)),
  examples: ['latch keys list --json'],
  run: async (options: KeyOptions) => {
    const { listKeysAction } = await import('../operator/keys.ts')
    const { runAction } = await import('./run-action.ts')
    const keys = await runAction(options, listKeysAction, environmentOf(options))
    if (options.json) console.log(JSON.stringify(keys))
    for (const { revokedAt, expiresAt, lastUsedAt, ...key } of options.json ? [] : keys) {
      const end = revokedAt === null ? `until ${expiresAt ?? 'revoked'}` : `revoked ${revokedAt}`
      const used = lastUsedAt === null ? 'never used' : `used ${lastUsedAt}`
      console.log(
        `${key.id}  ${key.permission.padEnd(6)}  ${describeAudiences(key.audiences)}${end}  ${used}  ${key.name}`,
      )
    }
    return 0
  },
})

const describeAudiences = (audiences: readonly string[]): string =>
  audiences.length === 0 ? '' : `for ${audiences.join(', ')}  `

const revoke = defineCommand({
  name: 'revoke',
  description: 'revoke a key',
  declare: (command) =>
    withJson(withEnvironment(command)).argument('<id>', 'its id, from `latch keys list`'),
  examples: ['latch keys revoke 68f0c1d2e3a4b5c6d7e8f901'],
  run: async (id: string, options: KeyOptions) => {
    const { revokeKeyAction } = await import('../operator/keys.ts')
    const { runAction } = await import('./run-action.ts')
    const revoked = await runAction(options, revokeKeyAction, { ...environmentOf(options), id })
    console.log(options.json ? JSON.stringify(revoked) : `API key ${id} is revoked`)
    return 0
  },
})

export const keysCommand = defineGroup({
  name: 'keys',
  description: 'create, list and revoke API keys',
  commands: [create, list, revoke],
})
