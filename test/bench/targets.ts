import type { EventCost } from './events.ts'
import type { Lists, Measurement } from './lists.ts'
import type { Resources } from './resources.ts'
import type { Measured } from './rounds.ts'

export type Results = {
  loads: readonly Measured[]
  lookUps: readonly Measured[]
  resources: Resources
} & Lists

export type Verdict = { target: string; measured: string; met: boolean }

const atLeast = (target: string, value: number, least: number): Verdict => ({
  target: `${target} ≥ ${least}`,
  measured: value.toFixed(2),
  met: value >= least,
})

const atMost = (target: string, value: number, most: number): Verdict => ({
  target: `${target} ≤ ${most}`,
  measured: value.toFixed(2),
  met: value <= most,
})

/** What events are to cost at most, and whether they did in this run. */
export const judgeEvents = (
  lists: readonly Measurement[],
  costs: readonly EventCost[],
): Verdict[] => [
  atMost('many events, of few: the worst list', worstOf(lists), 1.2),
  ...costs.flatMap(({ rows, inCommit, onceInCommit, rowAlone }) => [
    atMost(`an event in its commit, µs, with ${rows} others`, inCommit, 15),
    atMost(`an event that its link has once, µs, with ${rows} others`, onceInCommit, 15),
    atMost('of a row without indexes', inCommit / rowAlone, 1.5),
  ]),
]

const worstOf = (lists: readonly Measurement[]): number =>
  Math.max(...lists.map(({ ratio }) => ratio))

/** How fast look-ups are to be, and whether they were in this run. */
export function judgeLookUps(lookUps: readonly Measured[]): Verdict[] {
  const [bareHot, hot, , even] = lookUps
  if (bareHot === undefined || hot === undefined || even === undefined) return []
  const failed = lookUps.reduce((sum, load) => sum + load.failed, 0)
  return [
    atMost('look-ups that failed', failed, 0),
    atLeast('(h) of its bare handler', hot.ratio, 0.8),
    atMost("p99 of (h), of its bare handler's", hot.p99Ms / bareHot.p99Ms, 2),
    atLeast('(i) of its bare handler', even.ratio, 0.25),
  ]
}

/** What latch is to reach, and whether it did in this run. */
export function judge({ loads, lookUps, resources, lists }: Results): Verdict[] {
  const find = (letter: string): Measured => {
    const found = loads.find(({ name }) => name.includes(letter))
    if (found === undefined) throw new Error(`not measured: ${letter}`)
    return found
  }
  const [bare, link] = [find('(a)'), find('(b)')]
  const times = (peer: string): number => link.requestsPerSecond / find(peer).requestsPerSecond
  const [first, last] = [resources.quarters.at(0), resources.quarters.at(-1)]
  const growth = (last?.ownMegabytes ?? 0) / (first?.ownMegabytes ?? 1)
  const failed = loads.reduce((sum, load) => sum + load.failed, 0)

  return [
    atMost('requests that failed', failed, 0),
    atLeast('(b) of (a)', link.ratio, 0.9),
    atLeast('(c) of (a)', find('(c)').ratio, 0.5),
    atLeast('(d) of (a)', find('(d)').ratio, 0.8),
    atMost("p99 of (b), of (a)'s", link.p99Ms / bare.p99Ms, 2),
    atLeast('(b), times @slack/oauth', times('@slack/oauth'), 15),
    atLeast('(b), times better-auth', times('better-auth'), 30),
    ...judgeLookUps(lookUps),
    atMost('(f) many rows, of few: the worst list', worstOf(lists), 1.2),
    atMost('start to the first link, ms', resources.startMs, 100),
    atMost('peak memory under links, MB', resources.peakMegabytes, 100),
    atMost('memory in the last quarter of 1,000,000 links, of the first', growth, 1.1),
  ]
}
