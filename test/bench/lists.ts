import { join } from 'node:path'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { median } from './wrk.ts'

/** What a list costs by how many rows its table has: medians. */
export type Measurement = {
  what: string
  fewMicroseconds: number
  manyMicroseconds: number
  ratio: number
}

export type Lists = { lists: Measurement[]; bytesPerEndpoint: number }

type Filled = {
  store: Store
  dataDir: string
  /** Where the second page begins. */
  after: { kind: 'after'; id: string; included: false }
  /** A chat user after the other, all of them before one comes again. */
  users(): number
}

const ENVIRONMENT = 'e'.repeat(24)
const BATCH = 5000
/** As many subscribers, connections and contexts: each has a full page, in the small table too. */
const GROUPS = 50

async function fill(rows: number): Promise<Filled> {
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
      defaultUserVerification: null,
    }),
    ...Array.from({ length: GROUPS }, (_, index) =>
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
          connectionIdentifier: `c${(done + index) % GROUPS}`,
          subscriberId: `s${(done + index) % GROUPS}`,
          contextKeys: [`tenant:t${(done + index) % GROUPS}`],
          type: 'slack_user',
          // Otherwise each would need a connection of its own.
          kind: 'destination',
          endpoint: { userId: `U${done + index}` },
          workspaceId: `T${(done + index) % GROUPS}`,
          workspaceAlias: null,
          chatUserId: `U${done + index}`,
          verification: 'none',
          verifiedAtMs: null,
          secret: null,
        })
      }),
    )
  }
  const first = await store.endpoints.page(ALL, PAGING)
  const id = String(first.items[9]?.id)
  let turn = 0
  return {
    store,
    dataDir,
    after: { kind: 'after', id, included: false },
    // A prime that divides neither, so that neighbours are not asked for one after the other.
    users: () => {
      turn += 7919
      return turn % rows
    },
  }
}

type Run = (of: Filled) => Promise<unknown>

const PAGING = { limit: 10, orderBy: 'createdAt', direction: 'desc', cursor: null } as const
const ALL = { environmentId: ENVIRONMENT }

const RUNS: Record<string, Run> = {
  'newest page': ({ store }) => store.endpoints.page(ALL, PAGING),
  'next page': ({ store, after }) => store.endpoints.page(ALL, { ...PAGING, cursor: after }),
  'by subscriber': ({ store }) => store.endpoints.page({ ...ALL, subscriberId: 's7' }, PAGING),
  'by connection': ({ store }) =>
    store.endpoints.page({ ...ALL, connectionIdentifier: 'c7' }, PAGING),
  'by context': ({ store }) => store.endpoints.page({ ...ALL, contextKeys: ['tenant:t7'] }, PAGING),
  'by integration': ({ store }) =>
    store.endpoints.page({ ...ALL, integrationIdentifier: 'slack' }, PAGING),
  'by workspace': ({ store }) => store.endpoints.page({ ...ALL, workspaceIds: ['T7'] }, PAGING),
  'by chat user': ({ store }) => store.endpoints.page({ ...ALL, chatUserIds: ['U7'] }, PAGING),
  'one, by identifier': ({ store }) => store.endpoints.find(ENVIRONMENT, 'e7'),
  // 20 at a time: one takes less than what else may happen meanwhile.
  'who is speaking, 20 not cached': async ({ store, users }) => {
    for (let count = 0; count < 20; count += 1) {
      const user = users()
      const workspace = `T${user % GROUPS}`
      const found = await store.identities.findLinked(ENVIRONMENT, 'slack', workspace, `U${user}`)
      if (found === null) throw new Error(`nobody is linked to U${user}`)
    }
  },
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = Bun.nanoseconds()
  await run()
  return (Bun.nanoseconds() - start) / 1000
}

/** What each list costs in a table of few rows and in one of many, in turn. */
export async function measureLists(few: number, many: number): Promise<Lists> {
  const [small, large] = [await fill(few), await fill(many)]
  const lists = await measureRuns(RUNS, small, large)
  // What the log holds is in the file only then.
  await Promise.all([small, large].map(({ store }) => store.close()))
  const bytes = Bun.file(join(large.dataDir, 'latch.db')).size
  return { lists, bytesPerEndpoint: Math.round(bytes / many) }
}

/** Measures each run on a table of few rows and on one of many, in turn. */
export async function measureRuns<Filled>(
  runs: Readonly<Record<string, (of: Filled) => Promise<unknown>>>,
  small: Filled,
  large: Filled,
): Promise<Measurement[]> {
  const lists: Measurement[] = []
  for (const [what, run] of Object.entries(runs)) {
    const times = { few: [] as number[], many: [] as number[] }
    for (let round = 0; round < 200; round += 1) {
      times.few.push(await timed(() => run(small)))
      times.many.push(await timed(() => run(large)))
    }
    const [fewMicroseconds, manyMicroseconds] = [median(times.few), median(times.many)]
    const ratio = manyMicroseconds / fewMicroseconds
    lists.push({ what, fewMicroseconds, manyMicroseconds, ratio })
  }
  return lists
}
