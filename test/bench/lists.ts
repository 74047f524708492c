import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { removeTempDirs, tempDir } from '../harness/temp-dir.ts'

/** How many rows a table has, and what a page of it costs. */
type Measurement = { what: string; rows: number; medianMicroseconds: number }

const ENVIRONMENT = 'e'.repeat(24)
const BATCH = 5000
const SUBSCRIBERS = 1000

async function fill(rows: number): Promise<{ store: Store; dataDir: string }> {
  const dataDir = tempDir()
  const random = createRandom()
  const keyring = createKeyring(new Uint8Array(32))
  const store = await openStore(dataDir, createSealing(keyring, random))
  const fresh = (at: number) => ({
    id: random.recordId(at),
    environmentId: ENVIRONMENT,
    createdAtMs: at,
    updatedAtMs: at,
  })
  const integrationId = 'i'.repeat(24)
  await store.commit([
    store.environments.insert({ id: ENVIRONMENT, organizationId: 'o', name: 'b', createdAtMs: 0 }),
    store.integrations.insert({
      ...fresh(0),
      id: integrationId,
      identifier: 'slack',
      name: 'Slack',
      providerId: 'slack',
      channel: 'chat',
      active: true,
      credentials: {},
    }),
    ...Array.from({ length: SUBSCRIBERS }, (_, index) =>
      store.subscribers.insert({ ...fresh(0), subscriberId: `s${index}`, profile: {} }),
    ),
  ])
  for (let done = 0; done < rows; done += BATCH) {
    const count = Math.min(BATCH, rows - done)
    await store.commit(
      Array.from({ length: count }, (_, index) => {
        const at = 1_700_000_000_000 + done + index
        return store.endpoints.insert({
          ...fresh(at),
          integrationId,
          identifier: `e${done + index}`,
          connectionIdentifier: `c${(done + index) % 100}`,
          subscriberId: `s${(done + index) % SUBSCRIBERS}`,
          contextKeys: [`tenant:t${(done + index) % 50}`],
          type: 'slack_channel',
          endpoint: { channelId: 'C' },
          reachAttempts: 0,
          reachNextAttemptAtMs: null,
          reachProblem: null,
        })
      }),
    )
  }
  return { store, dataDir }
}

async function median(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 60; round += 1) {
    const start = Bun.nanoseconds()
    await run()
    times.push((Bun.nanoseconds() - start) / 1000)
  }
  return times.sort((left, right) => left - right)[30] ?? 0
}

async function measure(store: Store, rows: number): Promise<Measurement[]> {
  const paging = { limit: 10, orderBy: 'createdAt', direction: 'desc', cursor: null } as const
  const all = { environmentId: ENVIRONMENT }
  const first = await store.endpoints.page(all, paging)
  const after = { kind: 'after', id: String(first.items[9]?.id), included: false } as const
  const runs: [string, () => Promise<unknown>][] = [
    ['newest page', () => store.endpoints.page(all, paging)],
    ['next page', () => store.endpoints.page(all, { ...paging, cursor: after })],
    ['by subscriber', () => store.endpoints.page({ ...all, subscriberId: 's7' }, paging)],
    ['by connection', () => store.endpoints.page({ ...all, connectionIdentifier: 'c7' }, paging)],
    ['by context', () => store.endpoints.page({ ...all, contextKeys: ['tenant:t7'] }, paging)],
    [
      'by integration',
      () => store.endpoints.page({ ...all, integrationIdentifier: 'slack' }, paging),
    ],
    ['one, by identifier', () => store.endpoints.find(ENVIRONMENT, 'e7')],
  ]
  const measured: Measurement[] = []
  for (const [what, run] of runs) {
    measured.push({ what, rows, medianMicroseconds: Math.round(await median(run)) })
  }
  return measured
}

const [small, large] = [1000, Number(process.argv[2] ?? 1_000_000)]
const stores = [await fill(small), await fill(large)] as const
const [few, many] = [await measure(stores[0].store, small), await measure(stores[1].store, large)]
console.table(
  few.map(({ what, medianMicroseconds }, index) => ({
    what,
    [`${small} rows`]: medianMicroseconds,
    [`${large} rows`]: many[index]?.medianMicroseconds,
    ratio: Number(((many[index]?.medianMicroseconds ?? 0) / medianMicroseconds).toFixed(2)),
  })),
)
await Promise.all(stores.map(({ store }) => store.close()))
const bytes = Bun.file(join(stores[1].dataDir, 'latch.db')).size
console.log(JSON.stringify({ bytesOnDiskPerEndpoint: Math.round(bytes / large) }))
removeTempDirs()
