import { Type } from '@sinclair/typebox'
import { createApiKey, digestApiKey } from '../secrets/api-key.ts'
import { defineAction, requireEnvironment } from './action.ts'
import { UsageError } from './usage-error.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const OptionalText = Type.Union([Type.String(), Type.Null()])
const EnvironmentId = Type.Object({ environmentId: OptionalText })
const Permission = Type.Union([Type.Literal('all'), Type.Literal('read'), Type.Literal('links')])

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** Makes an API key: the answer holds it, this once. */
export const createKeyAction = defineAction({
  name: 'keys.create',
  input: Type.Object({
    environmentId: OptionalText,
    name: Type.String(),
    permission: Permission,
    expiresInDays: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  }),
  output: Type.Object({
    id: Type.String(),
    name: Type.String(),
    permission: Permission,
    environmentId: Type.String(),
    expiresAt: OptionalText,
    apiKey: Type.String(),
  }),
  run: async ({ store, random, clock }, { environmentId: asked, expiresInDays, ...wanted }) => {
    const { id: environmentId } = await requireEnvironment(store, asked)
    const createdAtMs = clock()
    const apiKey = createApiKey(random)
    const id = random.recordId(createdAtMs)
    const expiresAtMs = expiresInDays === null ? null : createdAtMs + expiresInDays * DAY_MS
    const digest = digestApiKey(apiKey)
    await store.commit([
      store.apiKeys.insert({ id, environmentId, ...wanted, expiresAtMs, digest, createdAtMs }),
    ])
    return { id, environmentId, ...wanted, expiresAt: iso(expiresAtMs), apiKey }
  },
})

/** An environment's keys, without the keys themselves. */
export const listKeysAction = defineAction({
  name: 'keys.list',
  input: EnvironmentId,
  output: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      permission: Permission,
      createdAt: OptionalText,
      expiresAt: OptionalText,
      revokedAt: OptionalText,
      lastUsedAt: OptionalText,
    }),
  ),
  run: async ({ store }, { environmentId }) => {
    const { id } = await requireEnvironment(store, environmentId)
    return (await store.apiKeys.list(id)).map((key) => ({
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

/** Ends a key at once. What it made stays. */
export const revokeKeyAction = defineAction({
  name: 'keys.revoke',
  input: Type.Object({ environmentId: OptionalText, id: Type.String() }),
  output: Type.Object({ id: Type.String(), revoked: Type.Boolean() }),
  run: async ({ store, clock }, { environmentId, id }) => {
    const environment = await requireEnvironment(store, environmentId)
    const keys = await store.apiKeys.list(environment.id)
    if (!keys.some((key) => key.id === id)) throw new UsageError(`there is no key ${id} here`)
    await store.commit([store.apiKeys.revoke(id, clock())])
    return { id, revoked: true }
  },
})
