import { join } from 'node:path'
import { createPrivate, makePrivate, openPrivateDir } from '../secrets/private-files.ts'
import type { Sealing } from '../secrets/sealing.ts'
import {
  type ConnectionApprovals,
  createConnectionApprovals,
} from './connections/connection-approvals.ts'
import {
  type ConnectionEndpoints,
  createConnectionEndpoints,
} from './connections/connection-endpoints.ts'
import type { Connection } from './connections/connection-rows.ts'
import { type ConnectionTokens, createConnectionTokens } from './connections/connection-tokens.ts'
import { type Connections, createConnections } from './connections/connections.ts'
import { type Contexts, createContexts } from './contexts/contexts.ts'
import {
  type Client,
  closeClient,
  type DatabaseServer,
  databaseOf,
  openClient,
  openServerClient,
  type Synchronous,
} from './database/client.ts'
import { embeddedMigrations } from './database/embedded-migrations.ts'
import { lockDataDir } from './database/lock.ts'
import { migrate } from './database/migrate.ts'
import {
  createDependentConnections,
  createDependentEndpoints,
  type Dependents,
} from './dependents.ts'
import { type BotInstallations, createBotInstallations } from './endpoints/bot-installations.ts'
import { type ChatUsers, createChatUsers } from './endpoints/chat-users.ts'
import { createEndpoints, type EndpointRow, type Endpoints } from './endpoints/endpoints.ts'
import { createIdentities, type Identities } from './endpoints/identities.ts'
import { type ApiKeys, createApiKeys } from './environments/api-keys.ts'
import { createEnvironments, type Environments } from './environments/environments.ts'
import { createSigningKeys, type SigningKeys } from './environments/signing-keys.ts'
import { createEvents, type Events } from './events/events.ts'
import { loadGeneratedKey } from './generated-keys.ts'
import {
  createIdempotencyRecords,
  type IdempotencyRecords,
} from './idempotency/idempotency-records.ts'
import { createIntegrations, type Integrations } from './integrations/integrations.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'
import { createEndedTickets, type EndedTickets } from './links/ended-tickets.ts'
import { createHeldAttempts, type HeldAttempts } from './links/held-attempts.ts'
import { createLinkAttempts, type LinkAttempts } from './links/link-attempts.ts'
import { createSpentStates, type SpentStates } from './links/spent-states.ts'
import { createMetadata, type Metadata } from './metadata.ts'
import { createCounts } from './reading/counts.ts'
import { openPreparedReads, type PreparedReads, serverReads } from './reading/prepared-reads.ts'
import {
  createRowCache,
  OWNED_DATABASE_LIFETIME,
  SHARED_DATABASE_LIFETIME,
} from './reading/row-cache.ts'
import { createSealedValues, type SealedValues } from './sealed-values.ts'
import { StoreError } from './store-error.ts'
import { createPersonalData, type PersonalData } from './subscribers/personal-data.ts'
import { createSubscribers, type Subscribers } from './subscribers/subscribers.ts'
import { createTurns, type Turns } from './turns.ts'
import { type Committer, createCommitter } from './writer/committer.ts'
import { identityOf } from './writer/file-guard.ts'
import { startThreadCommitter } from './writer/thread-committer.ts'
import { createWriter, type OnCommit } from './writer/writer.ts'
import type { Write } from './writer/writes.ts'

/** Everything that latch stores. Every write goes through `commit`. */
export type Store = {
  metadata: Metadata
  environments: Environments
  apiKeys: ApiKeys
  signingKeys: SigningKeys
  integrations: Integrations
  subscribers: Subscribers
  personalData: PersonalData
  contexts: Contexts
  connections: Connections
  connectionTokens: ConnectionTokens
  connectionApprovals: ConnectionApprovals
  connectionEndpoints: ConnectionEndpoints
  dependentEndpoints: Dependents<EndpointRow>
  dependentConnections: Dependents<Connection>
  endpoints: Endpoints
  chatUsers: ChatUsers
  identities: Identities
  botInstallations: BotInstallations
  linkAttempts: LinkAttempts
  endedTickets: EndedTickets
  heldAttempts: HeldAttempts
  spentStates: SpentStates
  sealedValues: SealedValues
  idempotencyRecords: IdempotencyRecords
  jobs: Jobs
  events: Events
  turns: Turns
  /** Commits all of `writes` or none; resolves when they are on disk. */
  commit(writes: readonly Write[]): Promise<void>
  /**
   * Rewrites the database file, so that nothing is left in it of values that were changed or
   * deleted. Writes wait meanwhile: about a second for 200 MB. Does nothing with a server.
   */
  rewrite(): Promise<void>
  /** Finishes pending writes, then releases the database and the data directory. */
  close(): Promise<void>
}

export type StoreOptions = {
  /** The server that has the database; null: a file in the data directory. */
  server?: DatabaseServer | null
  synchronous?: Synchronous
  onCommit?: OnCommit
}

/**
 * Opens the store in `dataDir`, which is created if absent, and migrates its tables. Throws
 * `StoreError` if another process uses it, if its database is damaged or from a newer latch, or if
 * the secret key is not the one that it was created with.
 */
export async function openStore(
  dataDir: string,
  sealing: Sealing,
  { server = null, synchronous = 'full', onCommit }: StoreOptions = {},
): Promise<Store> {
  await openPrivateDir(dataDir)
  const lock = await lockDataDir(dataDir)
  if (lock === null) {
    throw new StoreError(
      'data_dir_in_use',
      `Another latch process is using the data directory ${dataDir}. Stop it first, or choose ` +
        'another directory with --data-dir.',
    )
  }
  const file = join(dataDir, 'latch.db')
  const client = server === null ? await openFile(file, synchronous) : openServerClient(server)
  let committer: Committer | null = null
  let reads: PreparedReads | null = null
  const closeAll = async (): Promise<void> => {
    reads?.close()
    await committer?.close()
    if (server === null) await closeClient(client)
    else client.close()
    lock.release()
  }
  try {
    await migrate(client, embeddedMigrations())
    const database = databaseOf(client)
    committer =
      server === null
        ? startThreadCommitter({ identity: identityOf(file), synchronous })
        : createCommitter(client)
    reads = server === null ? openPreparedReads(file, synchronous) : serverReads(client)
    const writer = createWriter(committer, onCommit)
    const lifetime = server === null ? OWNED_DATABASE_LIFETIME : SHARED_DATABASE_LIFETIME
    const counts = createCounts(database, writer, lifetime)
    const cacheRead = createRowCache(writer, lifetime)
    const jobs = createJobs(database, writer)
    const apiKeys = createApiKeys(database, writer, cacheRead)
    const metadata = createMetadata(database, writer, sealing)
    await metadata.proveSecretKey()
    const eventsKey = await loadGeneratedKey(database, writer, sealing, 'events')
    return {
      metadata,
      environments: createEnvironments(database),
      apiKeys,
      signingKeys: createSigningKeys(database, sealing, cacheRead),
      integrations: createIntegrations(database, sealing, cacheRead),
      subscribers: createSubscribers(database, counts, cacheRead),
      personalData: createPersonalData(database),
      contexts: createContexts(database, counts),
      connections: createConnections(database, sealing, { counts, cacheRead, jobs }),
      connectionTokens: createConnectionTokens(database, sealing),
      connectionApprovals: createConnectionApprovals(database, jobs),
      connectionEndpoints: createConnectionEndpoints(database),
      dependentEndpoints: createDependentEndpoints(database),
      dependentConnections: createDependentConnections(database),
      endpoints: createEndpoints(database, sealing, counts, jobs),
      chatUsers: createChatUsers(database),
      identities: createIdentities(database, reads, cacheRead),
      botInstallations: createBotInstallations(database),
      linkAttempts: createLinkAttempts(database, writer),
      endedTickets: createEndedTickets(database, writer),
      heldAttempts: createHeldAttempts(database, sealing),
      spentStates: createSpentStates(database, writer),
      sealedValues: createSealedValues(database, writer, sealing),
      idempotencyRecords: createIdempotencyRecords(database, writer, sealing),
      jobs,
      events: createEvents(database, writer, eventsKey, server !== null),
      turns: createTurns(),
      commit: async (writes) => {
        if (writes.length > 0) await writer.commit(writes)
      },
      rewrite: committer.rewrite,
      close: async () => {
        // Best effort: failing to save uses is no reason to fail here.
        await apiKeys.saveUses().catch(() => {})
        await writer.idle()
        await closeAll()
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/**
 * Opens the database with access for its owner only. SQLite gives the same permissions to the files
 * it creates beside it.
 */
async function openFile(file: string, synchronous: Synchronous): Promise<Client> {
  await createPrivate(file)
  // Older versions of latch created these files with the umask's permissions.
  for (const ending of ['', '-wal', '-shm']) await makePrivate(file + ending)
  return openClient(file, synchronous)
}
