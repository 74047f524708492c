import { join } from 'node:path'
import { createSigner } from '../../src/secrets/hmac.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createRandom, type Random } from '../../src/secrets/random.ts'
import { createSealing } from '../../src/secrets/sealing.ts'
import {
  type Client,
  closeClient,
  databaseOf,
  openClient,
} from '../../src/store/database/client.ts'
import { signEvent } from '../../src/store/events/chain.ts'
import { createEvents, type NewEvent } from '../../src/store/events/events.ts'
import { EVENT_VALUES } from '../../src/store/events/packed.ts'
import { events } from '../../src/store/schema/events.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { openFileCommitter } from '../../src/store/writer/committer.ts'
import { identityOf } from '../../src/store/writer/file-guard.ts'
import { rowInserter, statementsOf, type Write } from '../../src/store/writer/writes.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { cpuOf } from './cpu.ts'
import { type Measurement, measureRuns } from './lists.ts'
import { median } from './wrk.ts'

const ENVIRONMENT = 'e'.repeat(24)
const SMALL_ENVIRONMENT = 'f'.repeat(24)
/** As many subscribers, subjects and links as fill two pages each, in the small table too. */
const EVENTS_OF_EACH = 20
const TYPES = ['endpoint.linked', 'endpoint.deleted', 'link.failed', 'connection.installed']
const START_MS = 1_700_000_000_000
const INTERVAL_MS = 1000

export type FilledEvents = { dataDir: string; rows: number }

const open = (dataDir: string, random: Random = createRandom()): Promise<Store> =>
  openStore(dataDir, createSealing(createKeyring(new Uint8Array(32)), random))

/**
 * A database with that many events, written by SQL alone: through `append`, 10 million would take an
 * hour. One event in a thousand is of a rare type, and another in a small environment.
 */
export async function fillEvents(rows: number): Promise<FilledEvents> {
  const dataDir = tempDir()
  await (await open(dataDir)).close()
  const client = await openClient(join(dataDir, 'latch.db'))
  await client.execute('pragma synchronous = off')
  await client.execute('pragma cache_size = -200000')
  const { rows: indexes } = await client.execute(
    "select name, sql from sqlite_master where type = 'index' and tbl_name = 'events'",
  )
  for (const { name } of indexes) await client.execute(`drop index ${name}`)
  for (let first = 1; first <= rows; first += FILLED_AT_ONCE) {
    const last = Math.min(rows, first + FILLED_AT_ONCE - 1)
    await client.execute({ sql: FILL, args: { first, last, groups: rows / EVENTS_OF_EACH } })
  }
  for (const { sql } of indexes) await client.execute(String(sql))
  await client.execute({
    sql: "insert into sqlite_sequence values ('new_events', ?)",
    args: [rows],
  })
  await client.execute(
    "insert into event_checkpoints select id, at_ms, 'd', null from events where id % 60 = 0",
  )
  await closeClient(client)
  return { dataDir, rows }
}

/** Few enough that the write-ahead log stays small. */
const FILLED_AT_ONCE = 200_000

const FILL = `with recursive numbers (n) as (select :first union all select n + 1 from numbers where n < :last)
insert into events (id, environment_id, at_ms, type, subject, actor, link_id, reason, data, subscriber_id, personal, personal_digest, digest)
select n, iif(n % 1000 = 500, '${SMALL_ENVIRONMENT}', '${ENVIRONMENT}'), ${START_MS} + n * ${INTERVAL_MS},
case when n % 1000 = 999 then 'secret_key.rotated' ${TYPES.map((type, index) => `when n % ${TYPES.length} = ${index} then '${type}'`).join(' ')} end,
'endpoint:chendp_' || (n % :groups), 'callback:' || (n % :groups), 'lnk_' || (n % :groups), null,
'{"integrationId":"${'i'.repeat(24)}","connectionIdentifier":"acme","contextKeys":["tenant:a"],"type":"slack_user"}',
's' || (n % :groups), '{"endpoint":{"userId":"U0ADA00001"}}', hex(randomblob(22)), hex(randomblob(22)) from numbers`

type Opened = FilledEvents & { store: Store }

const page = ({ store, rows }: Opened, filter: object, at = 0): Promise<unknown> =>
  store.events.page({ environmentId: ENVIRONMENT, afterId: rows * at, ...filter }, 10)

const RUNS: Record<string, (of: Opened) => Promise<unknown>> = {
  'events, from the middle': (of) => page(of, {}, 0.5),
  'events, the newest': ({ store }) =>
    store.events.page({ environmentId: ENVIRONMENT, afterId: 0 }, 10, 'newest'),
  'events, of a small environment': (of) => page(of, { environmentId: SMALL_ENVIRONMENT }),
  'events, of a type': (of) => page(of, { types: ['link.failed'] }, 0.5),
  'events, of a rare type': (of) => page(of, { types: ['secret_key.rotated'] }),
  'events, of four types': (of) => page(of, { types: TYPES }, 0.5),
  'events, of a subject': (of) => page(of, { subject: 'endpoint:chendp_7' }),
  'events, of a subscriber': (of) => page(of, { subscriberId: 's7' }),
  'events, of a subscriber and types': (of) => page(of, { subscriberId: 's7', types: TYPES }),
  'events, since a time': (of) => page(of, { sinceMs: START_MS + of.rows * 0.7 * INTERVAL_MS }),
  'events, of a link': ({ store }) => store.events.ofLink(ENVIRONMENT, 'lnk_7'),
  'links, of a request': ({ store }) => store.events.linksOf('callback:7', 10),
}

/** What lists of events cost in a table of few rows and in one of many, in turn. */
export async function measureEventLists(
  few: FilledEvents,
  many: FilledEvents,
): Promise<Measurement[]> {
  const small = { ...few, store: await open(few.dataDir) }
  const large = { ...many, store: await open(many.dataDir) }
  // As many new events as there are at most, in each.
  for (const { store } of [small, large]) {
    const random = createRandom()
    await store.commit(
      Array.from({ length: 127 }, (_, index) => store.events.append(eventOf(random, index))),
    )
  }
  const lists = await measureRuns(RUNS, small, large)
  await Promise.all([small, large].map(({ store }) => store.close()))
  return lists
}

/** An event as a completed link has it; its names are as random as real ones. */
const eventOf = (random: Random, number: number): NewEvent & { linkId: string } => ({
  environmentId: ENVIRONMENT,
  atMs: Date.now(),
  type: TYPES[number % TYPES.length] ?? '',
  subject: `endpoint:chendp_${random.identifier()}`,
  actor: `callback:${random.requestId()}`,
  linkId: `lnk_${random.alphanumeric(41)}`,
  reason: null,
  data: {
    integrationId: 'i'.repeat(24),
    connectionIdentifier: 'acme',
    contextKeys: ['tenant:a'],
    type: 'slack_user',
  },
  subscriberId: random.alphanumeric(12),
  personal: { endpoint: { userId: 'U0ADA00001' } },
})

/** What one event costs, in µs of CPU time. */
export type EventCost = {
  rows: number
  /** Added to its commit, in the thread that writes. */
  inCommit: number
  /** The same for an event that is not to be written twice, such as the failure of a link. */
  onceInCommit: number
  /** Each of them added to a commit that nobody shares. */
  inOwnCommit: number
  onceInOwnCommit: number
  /** Added in the main thread, which signs it. */
  inMainThread: number
  /** Later, when it is moved to the indexes by a commit of its own. */
  indexedLater: number
  /** For comparison, in a commit: the same values as a row of a table without indexes. */
  rowAlone: number
}

/** Of 64 callers at once, the writer takes half into one commit. */
const CALLERS = 32
const ROUNDS = 50
/** After these, latch indexes the events. */
const EVENTS_A_ROUND = 128

type Append = (event: NewEvent & { linkId: string }) => Write
/** A kind of commit: how many callers share it, and what it contains for each. */
type Kind = { callers: number; append: Append | null }

/**
 * What an event adds to a commit, as the difference between commits with one event for each of 32
 * callers, or for one, and commits without. Times are medians of rounds, in each of which all kinds
 * take turns.
 */
export async function measureEventCost({ dataDir, rows }: FilledEvents): Promise<EventCost> {
  const store = await open(dataDir)
  const file = join(dataDir, 'latch.db')
  const client = await openClient(file)
  // In this thread, so that its CPU time can be told from that of others.
  const committer = await openFileCommitter({ identity: identityOf(file), synchronous: 'full' })
  const ofStore = createEvents(
    databaseOf(client),
    // Events are only indexed when this asks for it.
    { commit: async (writes) => committer.commit(statementsOf(writes)), listen: () => () => {} },
    new Uint8Array(32),
    false,
  )
  const random = createRandom()
  const bare = await createBareTable(client)
  await store.commit([
    store.environments.insert({ id: ENVIRONMENT, organizationId: 'o', name: 'b', createdAtMs: 0 }),
  ])

  const once: Append = (event) => ofStore.appendOncePerReason(event, 10)
  const kinds = {
    empty: { callers: CALLERS, append: null },
    bare: { callers: CALLERS, append: bare },
    events: { callers: CALLERS, append: ofStore.append },
    once: { callers: CALLERS, append: once },
    ownEmpty: { callers: 1, append: null },
    ownEvent: { callers: 1, append: ofStore.append },
    ownOnce: { callers: 1, append: once },
  } satisfies Record<string, Kind>
  const times: Record<string, number[]> = { index: [], main: [] }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { callers, append }] of Object.entries<Kind>(kinds)) {
      const commits = EVENTS_A_ROUND / callers
      const orders = Array.from({ length: commits }, () => {
        const told = append === null ? [] : Array.from({ length: callers }, (_, at) => at)
        return inMessage([
          subscriberOf(store, random),
          ...told.flatMap((number) => append?.(eventOf(random, number)) ?? []),
        ])
      })
      const cpu = await cpuOf(async () => {
        for (const order of orders) await committer.commit(JSON.parse(order))
      })
      times[name] = [...(times[name] ?? []), cpu / EVENTS_A_ROUND]
      const isIndexing = name === 'events'
      const index = await cpuOf(ofStore.index)
      if (isIndexing) times['index']?.push(index / EVENTS_A_ROUND)
    }
    const told = Array.from({ length: CALLERS }, () => eventOf(random, round))
    times['main']?.push((await cpuOf(() => inMessage(told.map(ofStore.append)))) / CALLERS)
  }
  await committer.close()
  await client.execute('drop table bare')
  client.close()
  await store.close()
  const of = (name: keyof typeof kinds | 'index' | 'main'): number => median(times[name] ?? [])
  return {
    rows,
    inCommit: of('events') - of('empty'),
    onceInCommit: of('once') - of('empty'),
    inOwnCommit: of('ownEvent') - of('ownEmpty'),
    onceInOwnCommit: of('ownOnce') - of('ownEmpty'),
    inMainThread: of('main'),
    indexedLater: of('index'),
    rowAlone: of('bare') - of('empty'),
  }
}

/** A table with the columns of the events, without indexes. Returns a function that puts a row there. */
async function createBareTable(client: Client): Promise<Append> {
  const names = EVENT_VALUES.map((name) => events[name].name)
  await client.execute(`create table bare (id integer primary key, ${names.join(', ')})`)
  const inserter = rowInserter('bare', names)
  const sign = createSigner(new Uint8Array(32))
  return ({ data, personal, ...event }) => {
    const unsigned = { ...event, data: JSON.stringify(data), personal: JSON.stringify(personal) }
    const row = signEvent(sign, unsigned)
    return { inserter, row: EVENT_VALUES.map((name) => row[name]) }
  }
}

/** Statements as the main thread sends them to the one that writes. */
const inMessage = (writes: readonly Write[]): string => JSON.stringify(statementsOf(writes))

/** A change that an event may tell of. */
const subscriberOf = (store: Store, random: Random): Write =>
  store.subscribers.insert({
    id: random.recordId(Date.now()),
    environmentId: ENVIRONMENT,
    createdAtMs: 0,
    updatedAtMs: 0,
    subscriberId: random.identifier(),
    profile: {},
  })
