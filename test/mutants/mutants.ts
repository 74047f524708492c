import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { removeTempDirs } from '../harness/temp-dir.ts'
import { outdated, reasonOf } from './equivalent.ts'
import { findMutants, type Mutant, sampleOf } from './find-mutants.ts'
import { type Baseline, createJudge, measureBaseline, type Verdict } from './test-runs.ts'
import { copyTree, findNotCompiling, writeInstrumented } from './trees.ts'

// `bun run mutants`: makes small faults in a copy of the code, one at a time, and says which of
// them no test notices. The faults are Stryker's (https://stryker-mutator.io); it has no runner for
// the tests of Bun, so this is one.

const ROOT = join(import.meta.dir, '../..')
const REPORT = join(ROOT, 'dist/mutants.json')
/** Those that run the code in this process. The others start the built executable, or none of it. */
const TEST_FILES =
  'test/{api,contract,docs,domain,doors,http,jobs,operator,secrets,store,transfer}/**/*.test.ts'
/** Of older databases: it takes minutes with instrumented code, and runs little of it. */
const TOO_SLOW = 'test/store/upgrade.test.ts'

const { values: options } = parseArgs({
  options: {
    /** Which sample. */
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
    /** Which source files. */
    in: { type: 'string', default: 'src/{domain,secrets,http}/**/*.ts' },
    /** By which tests: fewer are quicker, and let more survive. */
    tests: { type: 'string', default: TEST_FILES },
    /** Only those that survived the last run. */
    again: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})

const DOES_NOT_COMPILE: Verdict = { kind: 'does_not_compile' }

type Judged = { mutant: Mutant; verdict: Verdict; milliseconds: number }

const filesMatching = (pattern: string): string[] =>
  [...new Bun.Glob(pattern).scanSync(ROOT)].sort()

async function chooseMutants(mutants: readonly Mutant[]): Promise<Mutant[]> {
  const sample = sampleOf(mutants, Number(options.seed), Number(options.count))
  if (!options.again) return sample
  const { survivors } = (await Bun.file(REPORT).json()) as { survivors: Mutant[] }
  const same = (one: Mutant, other: Mutant): boolean =>
    (['file', 'lineText', 'original', 'replacement'] as const).every((of) => one[of] === other[of])
  return mutants.filter((mutant) => survivors.some((survivor) => same(survivor, mutant)))
}

async function judgeAll(): Promise<Judged[]> {
  const atOnce = pLimit(Number(options.workers))
  const files = filesMatching(options.in)
  const { mutants, instrumented } = await findMutants(ROOT, files)
  const [old] = outdated(files, mutants)
  if (old) throw new Error(`test/mutants/equivalent.ts: ${old.file} has no "${old.lineText}" now`)
  const all = await chooseMutants(mutants)
  const chosen = all.filter((mutant) => reasonOf(mutant) === null)
  const tree = await copyTree(ROOT)
  await writeInstrumented(tree, instrumented)
  console.log(
    `${chosen.length} of ${mutants.length} mutants, seed ${options.seed}; ${all.length - chosen.length} more are listed as equivalent`,
  )

  const startedAtMs = performance.now()
  const testFiles = filesMatching(options.tests).filter((file) => file !== TOO_SLOW)
  const measured = await Promise.all(
    testFiles.map((file) => atOnce(() => measureBaseline(tree, file))),
  )
  const baselines = measured.filter((baseline) => baseline !== null)
  console.log(`${baselines.length} test files measured, ${secondsSince(startedAtMs)} s`)

  const notCompiling = await findNotCompiling(await copyTree(ROOT), chosen)
  console.log(`${notCompiling.size} do not compile, ${secondsSince(startedAtMs)} s`)
  const judge = createJudge(tree, mutants, baselines)
  const judged: Judged[] = []
  await Promise.all(
    chosen.map((mutant) =>
      atOnce(async () => {
        const beganAtMs = performance.now()
        const verdict = notCompiling.has(mutant.id) ? DOES_NOT_COMPILE : await judge(mutant)
        const one = { mutant, verdict, milliseconds: Math.round(performance.now() - beganAtMs) }
        judged.push(one)
        if (verdict.kind === 'survived') console.log(`so far: ${describe(one)}`)
        if (judged.length % 25 === 0) {
          console.log(
            `${judged.length} judged, ${secondsSince(startedAtMs)} s: ${countsOf(judged)}`,
          )
        }
      }),
    ),
  )
  await proveTestsStillPass(tree, baselines)
  return judged
}

/** Where they fail without a mutant as well, as on a full disk, what they have killed means nothing. */
async function proveTestsStillPass(tree: string, baselines: readonly Baseline[]): Promise<void> {
  for (const { testFile } of baselines.slice(0, 3)) {
    if ((await measureBaseline(tree, testFile)) === null) {
      throw new Error(`${testFile} failed at the end of the run without a mutant as well`)
    }
  }
}

function describe({ mutant, verdict }: Judged): string {
  const { file, line, kind, original, replacement } = mutant
  const reached =
    verdict.kind === 'survived' && verdict.testFiles === 0 ? ', which no test runs' : ''
  return `${file}:${line} ${kind}${reached}\n  - ${short(original)}\n  + ${short(replacement)}`
}

const countsOf = (judged: readonly Judged[]): string =>
  Object.entries(Object.groupBy(judged, ({ verdict }) => verdict.kind))
    .map(([kind, some]) => `${some?.length} ${kind.replaceAll('_', ' ')}`)
    .join(', ')

const short = (text: string): string => {
  const oneLine = text.replace(/\s+/g, ' ')
  return oneLine.length > 120 ? `${oneLine.slice(0, 120)}…` : oneLine
}

const secondsSince = (ms: number): number => Math.round((performance.now() - ms) / 1000)

const startedAtMs = performance.now()
const judged = await judgeAll()
const survivors = judged.filter(({ verdict }) => verdict.kind === 'survived')
for (const survivor of survivors) console.log(describe(survivor))
console.log(`${judged.length} judged: ${countsOf(judged)}`)
const valid = judged.filter(({ verdict }) => verdict.kind !== 'does_not_compile')
const percent = ((100 * survivors.length) / valid.length).toFixed(1)
console.log(
  `${percent} % of those that compile survive, ${secondsSince(startedAtMs)} s, load ${loadavg()[2]?.toFixed(1)}`,
)
await Bun.write(
  REPORT,
  JSON.stringify({ judged, survivors: survivors.map(({ mutant }) => mutant) }, null, 2),
)
removeTempDirs()
