import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import {
  issueKey,
  KeyPermission,
  keyShape,
  NewKey,
  revokeKey,
} from '../domain/environments/keys.ts'
import { commandActor, defineAction, readInput, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const CREATE = 'keys.create'
const REVOKE = 'keys.revoke'

const OptionalText = Type.Union([Type.String(), Type.Null()])
const EnvironmentId = Type.Object({ environmentId: OptionalText })

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** Creates an API key. Only this response contains the key itself. */
export const createKeyAction = defineAction({
  name: CREATE,
  input: Type.Object({ environmentId: OptionalText, ...NewKey.properties }),
  output: Type.Object({
    id: Type.String(),
    name: Type.String(),
    permission: KeyPermission,
    environmentId: Type.String(),
    expiresAt: OptionalText,
    apiKey: Type.String(),
  }),
  run: async (context, { environmentId, ...input }) => {
    const environment = await requireEnvironment(context, environmentId)
    const given = readInput(keyShape, input)
    const made = await commit(context, commandActor(CREATE), () =>
      issueKey(context, environment.id, given),
    )
    const { apiKey, row } = made.value
    const { id, name, permission, expiresAtMs } = row
    const expiresAt = iso(expiresAtMs)
    return { id, environmentId: environment.id, name, permission, expiresAt, apiKey }
  },
})

/** Lists an environment's keys, without the keys themselves. */
export const listKeysAction = defineAction({
  name: 'keys.list',
  input: EnvironmentId,
  output: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      permission: KeyPermission,
      createdAt: OptionalText,
      expiresAt: OptionalText,
      revokedAt: OptionalText,
      lastUsedAt: OptionalText,
    }),
  ),
  run: async (context, { environmentId }) => {
    const { id } = await requireEnvironment(context, environmentId)
    return (await context.store.apiKeys.list(id)).map((key) => ({
      id: key.id,
      name: key.name,
      permission: key.permission,
      createdAt: iso(key.createdAtMs),
      expiresAt: iso(key.expiresAtMs),
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
