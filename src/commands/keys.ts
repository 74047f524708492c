import { createApiKey, digestApiKey } from '../secrets/api-key.ts'
import type { ApiKey } from '../store/api-keys.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { requireEnvironment, withOfflineStore } from './offline-store.ts'
import { UsageError } from './usage-error.ts'

export type KeyOptions = CommandOptions & {
  environment?: string
  name?: string
  permission?: string
  expiresIn?: string
}

const PERMISSIONS: readonly ApiKey['permission'][] = ['all', 'read', 'links']
const DAY_MS = 24 * 60 * 60 * 1000

/** Makes an API key, and prints it: it is shown this once. */
export async function createKey(options: KeyOptions): Promise<ExitCode> {
  const permission = PERMISSIONS.find((choice) => choice === (options.permission ?? 'all'))
  if (permission === undefined) {
    throw new UsageError(`--permission must be one of ${PERMISSIONS.join(', ')}`)
  }
  const { name = 'unnamed', expiresIn } = options
  const days = expiresIn === undefined ? null : Number(/^(\d{1,5})d$/.exec(expiresIn)?.[1])
  if (days !== null && !(days > 0)) throw new UsageError('--expires-in is in days, such as 90d')
  return withOfflineStore<ExitCode>(options, async ({ store, random }) => {
    const { id: environmentId } = await requireEnvironment(store, options.environment)
    const nowMs = Date.now()
    const apiKey = createApiKey(random)
    const key = {
      id: random.recordId(nowMs),
      environmentId,
      name,
      permission,
      expiresAtMs: days === null ? null : nowMs + days * DAY_MS,
    }
    await store.commit([
      store.apiKeys.insert({ ...key, digest: digestApiKey(apiKey), createdAtMs: nowMs }),
    ])
    console.log(
      options.json
        ? JSON.stringify({ id: key.id, name, permission, environmentId, apiKey })
        : `API key ${key.id} "${name}" (shown this once, keep it): ${apiKey}`,
    )
    return 0
  })
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** Prints an environment's keys, without the keys themselves. */
export async function listKeys(options: KeyOptions): Promise<ExitCode> {
  return withOfflineStore<ExitCode>(options, async ({ store }) => {
    const { id } = await requireEnvironment(store, options.environment)
    const keys = (await store.apiKeys.list(id)).map((key) => ({
      id: key.id,
      name: key.name,
      permission: key.permission,
      createdAt: iso(key.createdAtMs),
      expiresAt: iso(key.expiresAtMs),
      revokedAt: iso(key.revokedAtMs),
    }))
    if (options.json) console.log(JSON.stringify(keys))
    for (const { revokedAt, expiresAt, ...key } of options.json ? [] : keys) {
      const end = revokedAt === null ? `until ${expiresAt ?? 'revoked'}` : `revoked ${revokedAt}`
      console.log(`${key.id}  ${key.permission.padEnd(5)}  ${end}  ${key.name}`)
    }
    return 0
  })
}

/** Ends a key at once. What it made stays. */
export async function revokeKey(id: string, options: KeyOptions): Promise<ExitCode> {
  return withOfflineStore<ExitCode>(options, async ({ store }) => {
    const { id: environmentId } = await requireEnvironment(store, options.environment)
    const keys = await store.apiKeys.list(environmentId)
    if (!keys.some((key) => key.id === id)) throw new UsageError(`there is no key ${id} here`)
    await store.commit([store.apiKeys.revoke(id, Date.now())])
    console.log(options.json ? JSON.stringify({ id, revoked: true }) : `API key ${id} is revoked`)
    return 0
  })
}
