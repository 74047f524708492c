import { removeTempDirs, tempDir } from '../harness/temp-dir.ts'
import { fillEvents, measureEventCost, measureEventLists } from './events.ts'
import { type Measurement, measureLists } from './lists.ts'
import { measureLoads } from './loads.ts'
import { measureResources } from './resources.ts'
import { judge, judgeEvents, type Results, type Verdict } from './targets.ts'

/**
 * `bun run bench`: measures, prints tables and JSON, and says which targets were met. `bun run bench
 * events` measures events alone, in a table of 10 million; that takes 6 GB of disk. Fails if a target
 * was missed.
 */
if (process.argv[2] === 'events') {
  const many = Number(process.argv[3] ?? 10_000_000)
  const events = await measureEvents(many)
  finish(events, judgeEvents(events.lists, events.costs))
}

const [rounds, rows] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 1_000_000)]
if (Bun.which('wrk') === null || Bun.which('node') === null) {
  console.error("bench needs wrk (Debian's package of that name) and Node.")
  process.exit(2)
}

const loads = await measureLoads(tempDir(), rounds)
console.table(
  loads.map(({ name, requestsPerSecond, ratio, ratioRange: { least, most }, p99Ms, failed }) => ({
    case: name,
    'requests/s': requestsPerSecond,
    'of (a)': Number(ratio.toFixed(3)),
    'least to most': `${least.toFixed(3)} to ${most.toFixed(3)}`,
    'p99 ms': Number(p99Ms.toFixed(2)),
    failed,
  })),
)
const resources = await measureResources(tempDir())
console.table({
  'start to the first link, ms': Math.round(resources.startMs),
  'idle, MB': resources.idleMegabytes,
  ...Object.fromEntries(
    resources.quarters.map(({ requests, megabytes, ownMegabytes }) => [
      `until ${requests} links, MB (and what is in no file)`,
      `${megabytes} (${ownMegabytes})`,
    ]),
  ),
  'peak under links, MB': resources.peakMegabytes,
  'peak under links with fresh keys, MB': resources.peakWithKeysMegabytes,
  ...Object.fromEntries(
    Object.entries(resources.lag).map(([name, { p50, p99, most }]) => [
      `event loop late under ${name}, ms (p50, p99, most)`,
      [p50, p99, most].map((ms) => ms.toFixed(1)).join(', '),
    ]),
  ),
})
const { lists, bytesPerEndpoint } = await measureLists(1000, rows)
printLists(lists, 1000, rows)
console.log(`${bytesPerEndpoint} bytes on disk an endpoint\n`)

const results: Results = { loads, resources, lists, bytesPerEndpoint }
finish(results, judge(results))

async function measureEvents(many: number) {
  const few = 10_000
  const [small, large] = [await fillEvents(few), await fillEvents(many)]
  const lists = await measureEventLists(small, large)
  printLists(lists, few, many)
  const costs = [await measureEventCost(small), await measureEventCost(large)]
  console.table(
    costs.map(({ rows: events, ...cost }) => ({
      events,
      ...Object.fromEntries(
        Object.entries(cost).map(([name, microseconds]) => [name, microseconds.toFixed(1)]),
      ),
    })),
  )
  return { lists, costs }
}

function printLists(lists: readonly Measurement[], few: number, many: number): void {
  console.table(
    lists.map(({ what, fewMicroseconds, manyMicroseconds, ratio }) => ({
      what,
      [`${few} rows, µs`]: Math.round(fewMicroseconds),
      [`${many} rows, µs`]: Math.round(manyMicroseconds),
      ratio: Number(ratio.toFixed(2)),
    })),
  )
}

function finish(results: object, verdicts: readonly Verdict[]): never {
  for (const { target, measured, met } of verdicts) {
    console.log(`${met ? 'met   ' : 'MISSED'}  ${target}: ${measured}`)
  }
  console.log(`\n${JSON.stringify({ ...results, verdicts })}`)
  removeTempDirs()
  process.exit(verdicts.every(({ met }) => met) ? 0 : 1)
}
