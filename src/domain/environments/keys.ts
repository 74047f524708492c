import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { createApiKey, digestApiKey } from '../../secrets/api-key.ts'
import type { ApiKey } from '../../store/environments/api-keys.ts'
import { accept, type Decision } from '../decision.ts'
import type { DomainEvent } from '../events/registry.ts'
import { createShape } from '../shape.ts'

type KeyDeps = Pick<Deps, 'store' | 'random' | 'clock'>

const DAY_MS = 24 * 60 * 60 * 1000

export const KeyPermission = Type.Union([
  Type.Literal('all'),
  Type.Literal('read'),
  Type.Literal('tokens'),
  Type.Literal('links'),
])

export const NewKey = Type.Object({
  name: Type.String(),
  permission: KeyPermission,
  /** Null: never expires. */
  expiresInDays: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
})
export type NewKey = Static<typeof NewKey>
export const keyShape = createShape(NewKey)

/** A new key, and its row, which holds only the digest. */
export type IssuedKey = { apiKey: string; row: ApiKey }

export type KeyNotFound = { kind: 'key_not_found'; id: string }

/** Issues an API key for an environment. Pass `apiKey` to store a key that already exists. */
export function issueKey(
  { store, random, clock }: KeyDeps,
  environmentId: string,
  { name, permission, expiresInDays }: NewKey,
  apiKey: string = createApiKey(random),
): Decision<IssuedKey> {
  const createdAtMs = clock()
  const row = {
    id: random.recordId(createdAtMs),
    environmentId,
    name,
    permission,
    digest: digestApiKey(apiKey),
    createdAtMs,
    expiresAtMs: expiresInDays === null ? null : createdAtMs + expiresInDays * DAY_MS,
    revokedAtMs: null,
    lastUsedAtMs: null,
  }
  return accept(
    { apiKey, row },
    { writes: [store.apiKeys.insert(row)], events: [keyEvent('api_key.created', row)] },
  )
}

/** Revokes a key immediately. What was created with it stays. Changes nothing if it is revoked. */
export async function revokeKey(
  { store, clock }: KeyDeps,
  environmentId: string,
  id: string,
): Promise<Decision<ApiKey, KeyNotFound>> {
  const found = (await store.apiKeys.list(environmentId)).find((key) => key.id === id)
  if (found === undefined) return { kind: 'key_not_found', id }
  const revokedAtMs = clock()
  // Later than now only if the clock was wrong; the key still works then.
  if (found.revokedAtMs !== null && found.revokedAtMs <= revokedAtMs) return accept(found)
  return accept(
    { ...found, revokedAtMs },
    {
      writes: [store.apiKeys.revoke(id, revokedAtMs)],
      events: [keyEvent('api_key.revoked', found)],
    },
  )
}

const keyEvent = (
  type: 'api_key.created' | 'api_key.revoked',
  { id, environmentId, name, permission, expiresAtMs }: ApiKey,
): DomainEvent => ({
  type,
  environmentId,
  subjectId: id,
  data: {
    name,
    permission,
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
  },
})
