import { removeTempDirs, tempDir } from '../harness/temp-dir.ts'
import { fillEvents, measureEventCost, measureEventLists } from './events.ts'
import { type Measurement, measureLists } from './lists.ts'
import { measureLoads } from './loads.ts'
import { measureLookUps } from './look-ups.ts'
import { measureResources } from './resources.ts'
import type { Measured } from './rounds.ts'
import { judge, judgeEvents, judgeLookUps, type Results, type Verdict } from './targets.ts'

/**
 * `bun run bench`: measures, prints tables and JSON, and says which targets were met. `bun run bench
 * events` measures events alone, in a table of 10 million; that takes 6 GB of disk. `bun run bench
 * look-ups 10000000` measures look-ups alone, of that many linked users. Fails if a target was missed.
 */
if (process.argv[2] === 'events') {
  const many = Number(process.argv[3] ?? 10_000_000)
  const events = await measureEvents(many)
  finish(events, judgeEvents(events.lists, events.costs))
}

if (process.argv[2] === 'look-ups') {
  const [many, times] = [Number(process.argv[3] ?? 1_000_000), Number(process.argv[4] ?? 20)]
  const lookUps = await measureLookUps(tempDir(), times, many)
  printLoads(lookUps)
  finish({ lookUps }, judgeLookUps(lookUps))
}

const [rounds, rows] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 1_000_000)]
if (Bun.which('wrk') === null || Bun.which('node') === null) {
  console.error("bench needs wrk (Debian's package of that name) and Node.")
  process.exit(2)
}

const loads = await measureLoads(tempDir(), rounds)
printLoads(loads)
const lookUps = await measureLookUps(tempDir(), rounds, rows)
printLoads(lookUps)
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
/** More than the cache is asked for, so that it is empty there too. */
const FEW = 10_000
const { lists, bytesPerEndpoint } = await measureLists(FEW, rows)
printLists(lists, FEW, rows)
console.log(`${bytesPerEndpoint} bytes on disk an endpoint\n`)

const results: Results = { loads, lookUps, resources, lists, bytesPerEndpoint }
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

function printLoads(loads: readonly Measured[]): void {
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
