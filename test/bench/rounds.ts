import { type Load, median } from './wrk.ts'

/** Of one case, the medians of its rounds; `failed`: of all of them together. */
export type Measured = {
  name: string
  requestsPerSecond: number
  /** Of the bare handler just before and just after. */
  ratio: number
  ratioRange: { least: number; most: number }
  p99Ms: number
  failed: number
}

type Round = Load & { ratio: number }

/** Its name, and what runs it once. */
export type Case = readonly [name: string, run: () => Promise<Load>]

/** Measures cases in turn, each between two runs of a bare handler. The bare handler comes first. */
export async function measureCases(
  [bareName, measureBare]: Case,
  cases: readonly Case[],
  rounds: number,
): Promise<Measured[]> {
  const bareRounds: Round[] = [{ ...(await measureBare()), ratio: 1 }]
  const loads = cases.map(([name]) => ({ name, rounds: [] as Round[] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, run]] of cases.entries()) {
      const before = bareRounds.at(-1)?.requestsPerSecond ?? Number.NaN
      const load = await run()
      const after = await measureBare()
      const ratio = (2 * load.requestsPerSecond) / (before + after.requestsPerSecond)
      loads[index]?.rounds.push({ ...load, ratio })
      bareRounds.push({ ...after, ratio: 1 })
    }
  }
  return [
    summarize(bareName, bareRounds),
    ...loads.map(({ name, rounds: all }) => summarize(name, all)),
  ]
}

function summarize(name: string, rounds: readonly Round[]): Measured {
  const ratios = rounds.map(({ ratio }) => ratio)
  return {
    name,
    requestsPerSecond: Math.round(median(rounds.map((load) => load.requestsPerSecond))),
    ratio: median(ratios),
    ratioRange: { least: Math.min(...ratios), most: Math.max(...ratios) },
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }
}
