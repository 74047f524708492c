import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import { createKey, keyShape, NewKey, revokeKey } from '../domain/environments/keys.ts'
import { inOneLine } from '../domain/shape.ts'
import type { ApiKey } from '../store/environments/api-keys.ts'
import { commandActor, defineAction, readInput, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const CREATE = 'keys.create'
const REVOKE = 'keys.revoke'

const OptionalText = Type.Union([Type.String(), Type.Null()])
const EnvironmentId = Type.Object({ environmentId: OptionalText })

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const Key = {
  id: Type.String(),
  name: Type.String(),
  /** Several are separated by commas. */
  permission: Type.String(),
  audiences: Type.Array(Type.String()),
  expiresAt: OptionalText,
}

const presentKey = ({ id, name, permissions, audiences, expiresAtMs }: ApiKey) => ({
  id,
  name,
  permission: permissions.join(','),
  audiences: [...audiences],
  expiresAt: iso(expiresAtMs),
})

/** Creates an API key. Only this response contains the key itself. */
export const createKeyAction = defineAction({
  name: CREATE,
  input: Type.Object({ environmentId: OptionalText, ...NewKey.properties }),
  output: Type.Object({
    ...Key,
    environmentId: Type.String(),
    apiKey: Type.String(),
  }),
  run: async (context, { environmentId, ...input }) => {
    const environment = await requireEnvironment(context, environmentId)
    const given = readInput(keyShape, input)
    const made = await commit(context, commandActor(CREATE), () =>
      createKey(context, environment.id, given),
    )
    if (made.kind === 'invalid') throw new UsageError(inOneLine(made))
    const { apiKey, row } = made.value
    return { ...presentKey(row), environmentId: environment.id, apiKey }
  },
})

/** Lists an environment's keys, without the keys themselves. */
export const listKeysAction = defineAction({
  name: 'keys.list',
  input: EnvironmentId,
  output: Type.Array(
    Type.Object({
      ...Key,
      createdAt: OptionalText,
      revokedAt: OptionalText,
      lastUsedAt: OptionalText,
    }),
  ),
  run: async (context, { environmentId }) => {
    const { id } = await requireEnvironment(context, environmentId)
    return (await context.store.apiKeys.list(id)).map((key) => ({
      ...presentKey(key),
      createdAt: iso(key.createdAtMs),
      revokedAt: iso(key.revokedAtMs),
      lastUsedAt: iso(key.lastUsedAtMs),
    }))
  },
})

/** Revokes a key immediately. Everything created with it remains. */
export const revokeKeyAction = defineAction({
  name: REVOKE,
  input: Type.Object({ environmentId: OptionalText, id: Type.String() }),
  output: Type.Object({ id: Type.String(), revoked: Type.Boolean() }),
  run: async (context, { environmentId, id }) => {
    const environment = await requireEnvironment(context, environmentId)
    const revoked = await commit(context, commandActor(REVOKE), () =>
      revokeKey(context, environment.id, id),
    )
    if (revoked.kind === 'key_not_found') throw new UsageError(`No such API key: ${id}`)
    return { id, revoked: true }
  },
})
