import { eq, sql } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys, environments } from './schema.ts'
import { toWrite, type Write } from './writer.ts'

/** An API key as it is kept: by its digest alone. */
export type ApiKey = typeof apiKeys.$inferSelect

/** Whom an API key speaks for. */
export type KeyHolder = { apiKeyId: string; environmentId: string; organizationId: string }

export type ApiKeys = {
  findHolder(digest: string): Promise<KeyHolder | null>
  insert(apiKey: ApiKey): Write
}

export function createApiKeys(database: Database): ApiKeys {
  const holderByDigest = database
    .select({
      apiKeyId: apiKeys.id,
      environmentId: apiKeys.environmentId,
      organizationId: environments.organizationId,
    })
    .from(apiKeys)
    .innerJoin(environments, eq(environments.id, apiKeys.environmentId))
    .where(eq(apiKeys.digest, sql.placeholder('digest')))
    .prepare()
  return {
    findHolder: async (digest) => (await holderByDigest.get({ digest })) ?? null,
    insert: (apiKey) => toWrite(database.insert(apiKeys).values(apiKey)),
  }
}
