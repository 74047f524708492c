import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { createApiKey, digestApiKey } from '../../secrets/api-key.ts'
import type { ApiKey } from '../../store/environments/api-keys.ts'
import { accept, type Decision } from '../decision.ts'
import type { DomainEvent } from '../events/registry.ts'
import { createShape, type Invalid, invalid } from '../shape.ts'
import { inOrder, KEY_PERMISSIONS, maySpeak } from './key-permissions.ts'

type KeyDeps = Pick<Deps, 'store' | 'random' | 'clock'>

const DAY_MS = 24 * 60 * 60 * 1000

export const KeyPermission = Type.Union([
  Type.Literal('all'),
  Type.Literal('read'),
  Type.Literal('tokens'),
  Type.Literal('links'),
  Type.Literal('speak'),
])

/** The audience of a speaker token (RFC 7519 §4.1.3): usually the URL of the service that reads it. */
const Audience = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{1,255}$' })
const MAX_AUDIENCES = 20

export const NewKey = Type.Object({
  name: Type.String(),
  permissions: Type.Array(KeyPermission, {
    minItems: 1,
    uniqueItems: true,
    errorMessage: `permissions must be different ones of ${Object.keys(KEY_PERMISSIONS).join(', ')}`,
  }),
  audiences: Type.Array(Audience, {
    maxItems: MAX_AUDIENCES,
    uniqueItems: true,
    errorMessage:
      `audiences must be at most ${MAX_AUDIENCES} different texts of 1 to 255 characters, without ` +
      'control characters',
  }),
  /** Null: never expires. */
  expiresInDays: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
})
export type NewKey = Static<typeof NewKey>
export const keyShape = createShape(NewKey)

/** A new key, and its row, which holds only the digest. */
export type IssuedKey = { apiKey: string; row: ApiKey }

export type KeyNotFound = { kind: 'key_not_found'; id: string }

/** Issues an API key that an operator asks for: only speaker tokens have audiences, at least one. */
export function createKey(
  deps: KeyDeps,
  environmentId: string,
  given: NewKey,
): Decision<IssuedKey, Invalid> {
  const { permissions, audiences } = given
  if (maySpeak(permissions) === audiences.length > 0) return issueKey(deps, environmentId, given)
  const message = maySpeak(permissions)
    ? 'audiences must name at least one service, because the key may create speaker tokens'
    : 'audiences must be empty, because the key may not create speaker tokens'
  return invalid({ audiences: { messages: [message], value: audiences } })
}

/** Issues an API key for an environment. Pass `apiKey` to store a key that already exists. */
export function issueKey(
  { store, random, clock }: KeyDeps,
  environmentId: string,
  { name, audiences, expiresInDays, ...given }: NewKey,
  apiKey: string = createApiKey(random),
): Decision<IssuedKey> {
  const createdAtMs = clock()
  const permissions = inOrder(given.permissions)
  const row = {
    id: random.recordId(createdAtMs),
    environmentId,
    name,
    permissions,
    audiences,
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
  { id, environmentId, name, permissions, audiences, expiresAtMs }: ApiKey,
): DomainEvent => ({
  type,
  environmentId,
  subjectId: id,
  data: {
    name,
    permission: permissions.join(','),
    ...(audiences.length > 0 && { audiences: [...audiences] }),
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
  },
})
