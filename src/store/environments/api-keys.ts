import { eq, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import type { RowCache } from '../reading/row-cache.ts'
import { apiKeys, environments } from '../schema/core.ts'
import type { Writer } from '../writer/writer.ts'
import { toWrite, type Write } from '../writer/writes.ts'

/** An API key as stored: only its digest is kept. */
export type ApiKey = typeof apiKeys.$inferSelect

/** A new API key. By default it has the permission `all` and never expires. */
export type NewApiKey = typeof apiKeys.$inferInsert

/** The owner of an API key, and what the key permits. */
export type KeyHolder = {
  apiKeyId: string
  environmentId: string
  organizationId: string
  permissions: ApiKey['permissions']
  audiences: readonly string[]
  expiresAtMs: number | null
  revokedAtMs: number | null
}

export type ApiKeys = {
  findHolder(digest: string): KeyHolder | null | Promise<KeyHolder | null>
  insert(apiKey: NewApiKey): Write
  /** Records in memory that a key was used. `saveUses` writes it, so that no request has to. */
  noteUse(id: string, atMs: number): void
  saveUses(): Promise<void>
  /** Oldest first. */
  list(environmentId: string): Promise<ApiKey[]>
  /** Revokes a key from `revokedAtMs` on. */
  revoke(id: string, revokedAtMs: number): Write
}

export function createApiKeys(
  database: Database,
  writer: Pick<Writer, 'commit'>,
  cacheRead: RowCache,
): ApiKeys {
  let uses = new Map<string, number>()
  const holderByDigest = database
    .select({
      apiKeyId: apiKeys.id,
      environmentId: apiKeys.environmentId,
      organizationId: environments.organizationId,
      permissions: apiKeys.permissions,
      audiences: apiKeys.audiences,
      expiresAtMs: apiKeys.expiresAtMs,
      revokedAtMs: apiKeys.revokedAtMs,
    })
    .from(apiKeys)
    .innerJoin(environments, eq(environments.id, apiKeys.environmentId))
    .where(eq(apiKeys.digest, sql.placeholder('digest')))
    .prepare()
  return {
    findHolder: cacheRead(
      ['api_keys', 'environments'],
      async (digest) => (await holderByDigest.get({ digest })) ?? null,
    ),
    list: async (environmentId) =>
      database
        .select()
        .from(apiKeys)
        .where(eq(apiKeys.environmentId, environmentId))
        .orderBy(apiKeys.createdAtMs, apiKeys.id),
    revoke: (id, revokedAtMs) =>
      toWrite(database.update(apiKeys).set({ revokedAtMs }).where(eq(apiKeys.id, id))),
    noteUse: (id, atMs) => {
      uses.set(id, atMs)
    },
    saveUses: async () => {
      const noted = uses
      if (noted.size === 0) return
      uses = new Map()
      // Another process may have recorded a later use.
      const later = (atMs: number) => sql`max(coalesce(${apiKeys.lastUsedAtMs}, 0), ${atMs})`
      await writer.commit(
        [...noted].map(([id, atMs]) =>
          toWrite(
            database
              .update(apiKeys)
              .set({ lastUsedAtMs: later(atMs) })
              .where(eq(apiKeys.id, id)),
          ),
        ),
      )
    },
    insert: (apiKey) => toWrite(database.insert(apiKeys).values(apiKey)),
  }
}
