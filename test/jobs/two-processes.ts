import { join } from 'node:path'
import type { Deps } from '../../src/deps.ts'
import { LEASE_MS, newLease } from '../../src/domain/job.ts'
import { rotatingClientId } from '../../src/providers/slack/stand-in/directory.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import type { Connection } from '../../src/store/connections/connection-rows.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import type { HeldJob, Job } from '../../src/store/jobs/jobs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

/** Two processes on one database, in which nobody else works on jobs. */
export type TwoProcesses = {
  one: Deps
  two: Deps
  /** Has the providers, and a database of its own. */
  service: TestService
  environmentId: string
  integrationId: string
  teamsIntegrationId: string
  advance(ms: number): void
  close(): Promise<void>
}

export async function startTwoProcesses(): Promise<TwoProcesses> {
  const server = startHranaServer(join(tempDir(), 'server.db'), 'sesame')
  const service = await startService()
  const { random } = service.deps
  const sealing = createSealing(createKeyring(new Uint8Array(32).fill(1)), random)
  const open = () =>
    openStore(tempDir(), sealing, { server: { url: server.url, authToken: 'sesame' } })
  const [store, other] = [await open(), await open()]
  let offsetMs = 0
  const clock = (): number => Date.now() + offsetMs
  const one: Deps = { ...service.deps, store, clock, wakeJobs: () => {} }
  const two: Deps = { ...one, store: other }
  const environmentId = random.recordId(clock())
  const integration = (providerId: string, credentials: Record<string, string>) => ({
    ...freshRow(one, environmentId),
    identifier: providerId,
    name: providerId,
    providerId,
    channel: 'chat',
    active: true,
    credentials,
    defaultUserVerification: null,
  })
  const slack = integration('slack', {
    clientId: rotatingClientId(SANDBOX.clientId),
    secretKey: SANDBOX.clientSecret,
  })
  const found = await service.deps.store.integrations.findByIdentifier(
    String((await service.deps.store.environments.first())?.id),
    SANDBOX.msteams.integrationIdentifier,
  )
  if (found === null) throw new Error('the sandbox has no integration for Teams')
  const teams = { ...found, ...freshRow(one, environmentId) }
  await store.commit([
    store.environments.insert({
      id: environmentId,
      organizationId: 'o',
      name: 'test',
      createdAtMs: clock(),
    }),
    store.integrations.insert(slack),
    store.integrations.insert(teams),
  ])
  return {
    one,
    two,
    service,
    environmentId,
    integrationId: slack.id,
    teamsIntegrationId: teams.id,
    advance: (ms) => {
      offsetMs += ms
    },
    close: async () => {
      await Promise.all([store.close(), other.close(), service.stop()])
      await server.stop()
    },
  }
}

/** Takes the one job of a kind that is due. */
export async function takeDue(deps: Deps, kind: string): Promise<HeldJob> {
  const [held, ...others] = await deps.store.jobs.take([kind], 10, newLease(deps))
  if (held === undefined || others.length > 0) throw new Error('not one job was due')
  return held
}

const HOUR_MS = 60 * 60_000

/** Connections of the two processes, and the jobs that look after them. */
export type Connections = {
  /** A connection that is not stored yet, like no other. */
  connectionOf(integrationId: string, workspaceId: string): Connection
  read(deps: Deps, connection: Connection): Promise<StoredConnection>
  jobOf(kind: string, row: { id: string }): Promise<Job | null>
  /** The types, reasons and actors of the events of a connection or an endpoint. */
  eventsOf(subject: string): Promise<[type: string, reason: string | null, actor: string][]>
  /** Ends what a test leaves, so that the next finds nothing due but its own. */
  forget(...kinds: string[]): Promise<void>
}

type StoredConnection = NonNullable<Awaited<ReturnType<Store['connections']['findWithAuth']>>>

export function createConnections({ one, environmentId, advance }: TwoProcesses): Connections {
  let made = 0
  return {
    connectionOf: (integrationId, workspaceId) => {
      made += 1
      return {
        ...freshRow(one, environmentId),
        integrationId,
        identifier: `connection-${made}`,
        adminProblem: null,
        subscriberId: null,
        contextKeys: [`test:${made}`],
        workspaceId,
        workspaceName: null,
        botUserId: null,
        origin: 'api',
      }
    },
    read: async ({ store }, { identifier }) => {
      const found = await store.connections.findWithAuth(environmentId, identifier)
      if (found === null) throw new Error('the connection is gone')
      return found
    },
    jobOf: (kind, { id }) => one.store.jobs.find({ kind, subject: id }),
    eventsOf: async (subject) => {
      const events = await one.store.events.page({ environmentId, afterId: 0, subject }, 100)
      return events.map(({ type, reason, actor }) => [type, reason, actor])
    },
    forget: async (...kinds) => {
      advance(LEASE_MS)
      const lease = { token: 'forget', nowMs: one.clock() + 365 * 24 * HOUR_MS, untilMs: 0 }
      for (const held of await one.store.jobs.take(kinds, 100, lease)) {
        await one.store.commit(one.store.jobs.end(held, { kind: 'done' }, one.clock()))
      }
    },
  }
}
