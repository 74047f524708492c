import { join } from 'node:path'
import { ACTIVE_MUTANT, type Mutant } from './find-mutants.ts'
import { INSTRUMENTED } from './trees.ts'

/** What a test file does with the code as it is. */
export type Baseline = {
  testFile: string
  milliseconds: number
  /** It failed once without a mutant, as tests that measure time may on a busy machine. */
  isFlaky: boolean
  /** How often it runs the code of each mutant, by the mutant's id. */
  hits: Readonly<Record<string, number>>
}

export type Verdict =
  /** `by`: the test file that fails. */
  | { kind: 'killed'; by: string | null }
  /** The tests that run the code did not end. */
  | { kind: 'timed_out' }
  | { kind: 'does_not_compile' }
  /** All tests pass. `testFiles`: how many of them run the code. */
  | { kind: 'survived'; testFiles: number }

type TestRun = { outcome: 'passed' | 'failed' | 'timed_out'; milliseconds: number; output: string }

const BASELINE_LIMIT_MS = 120_000

async function runTests(
  tree: string,
  testFiles: readonly string[],
  limitMs: number,
  env: Record<string, string>,
): Promise<TestRun> {
  const startedAtMs = performance.now()
  const child = Bun.spawn(
    [
      process.execPath,
      '--config=./test/mutants/bunfig.toml',
      'test',
      '--no-orphans',
      '--bail=1',
      '--only-failures',
      ...testFiles.map((file) => `./${file}`),
    ],
    {
      cwd: tree,
      env: { ...process.env, LATCH_MUTANTS_CODE: join(tree, INSTRUMENTED), ...env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    },
  )
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const milliseconds = performance.now() - startedAtMs
  const output = `${stdout}${stderr}`
  if (child.exitCode === 0) return { outcome: 'passed', milliseconds, output }
  const isLate = child.signalCode === 'SIGKILL' || TEST_TIMED_OUT.test(output)
  return { outcome: isLate ? 'timed_out' : 'failed', milliseconds, output }
}

/** What the runner says of a test that did not end within the limit of a single test. */
const TEST_TIMED_OUT = /this test timed out after/

/** Runs a test file on the code as it is; null where it fails twice, and so can judge nothing. */
export async function measureBaseline(tree: string, testFile: string): Promise<Baseline | null> {
  const coverageFile = join(tree, 'dist', `${testFile.replaceAll('/', '_')}.coverage.json`)
  const env = { LATCH_MUTANTS_COVERAGE: coverageFile }
  const first = await runTests(tree, [testFile], BASELINE_LIMIT_MS, env)
  const isFlaky = first.outcome !== 'passed'
  const run = isFlaky ? await runTests(tree, [testFile], BASELINE_LIMIT_MS, env) : first
  if (run.outcome !== 'passed') {
    console.log(`left out: ${testFile}, which fails without a mutant:\n${run.output.trim()}`)
    return null
  }
  const hits: Record<string, number> = await Bun.file(coverageFile).json()
  return { testFile, milliseconds: run.milliseconds, isFlaky, hits }
}

/** Judges mutants one after the other, and learns which tests notice the faults of a source file. */
export function createJudge(
  tree: string,
  mutants: readonly Mutant[],
  baselines: readonly Baseline[],
): (mutant: Mutant) => Promise<Verdict> {
  const idsOf = Map.groupBy(mutants, ({ file }) => file)
  const kills = new Map<string, number>()
  const pairOf = ({ file }: Mutant, testFile: string): string => `${file} ${testFile}`

  /**
   * Low where tests are quick, run little but the changed file, are written for it, and have noticed
   * faults in it.
   */
  function costOf(mutant: Mutant, { testFile, milliseconds, hits }: Baseline): number {
    const inFile = (idsOf.get(mutant.file) ?? []).filter(({ id }) => hits[id] !== undefined).length
    const noticed = kills.get(pairOf(mutant, testFile)) ?? 0
    const likely = (1 + 4 * noticed) * 4 ** sharedWords(mutant.file, testFile)
    return (milliseconds * Object.keys(hits).length) / Math.max(1, inFile) / likely
  }

  return async (mutant) => {
    const reaching = baselines
      .filter(({ hits }) => hits[mutant.id] !== undefined)
      .map((baseline) => ({ ...baseline, cost: costOf(mutant, baseline) }))
      .sort((one, other) => one.cost - other.cost)
    const hitLimit = 1000 + 100 * Math.max(0, ...reaching.map(({ hits }) => hits[mutant.id] ?? 0))
    const env = { [ACTIVE_MUTANT]: mutant.id, LATCH_MUTANTS_HIT_LIMIT: String(hitLimit) }

    for (const group of growingGroups(reaching)) {
      const run = await runTwiceIfUnsure(tree, group, env)
      const failing = failingFile(run, testFilesOf(group))
      if (run.outcome === 'timed_out') return { kind: 'timed_out' }
      if (run.outcome === 'failed') {
        if (failing !== null) {
          const pair = pairOf(mutant, failing)
          kills.set(pair, (kills.get(pair) ?? 0) + 1)
        }
        return { kind: 'killed', by: failing }
      }
    }
    return { kind: 'survived', testFiles: reaching.length }
  }
}

/** How many words of its path a test file has from that of the source file, as it mirrors it. */
function sharedWords(sourceFile: string, testFile: string): number {
  const words = wordsOf(testFile)
  return wordsOf(sourceFile).intersection(words).size
}

const wordsOf = (file: string): Set<string> =>
  new Set(
    file
      .replace(/(\.test)?\.ts$/, '')
      .split(/[/-]/)
      .slice(1)
      .map(singular),
  )

const singular = (word: string): string => word.replace(/s$/, '')

/**
 * One file, then 3, 9 and so on. A process for many files starts once for all of them, but runs those
 * before the one that fails in vain.
 */
function growingGroups<One>(all: readonly One[]): One[][] {
  const groups: One[][] = []
  for (let [from, size] = [0, 1]; from < all.length; from += size, size *= 3) {
    groups.push(all.slice(from, from + size))
  }
  return groups
}

const testFilesOf = (baselines: readonly Baseline[]): string[] =>
  baselines.map(({ testFile }) => testFile)

/**
 * Runs the tests, again where a busy machine could be why they fail: a survivor would pass for a
 * mutant that is killed.
 */
async function runTwiceIfUnsure(
  tree: string,
  baselines: readonly Baseline[],
  env: Record<string, string>,
): Promise<TestRun> {
  const testFiles = testFilesOf(baselines)
  const expectedMs = baselines.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const run = await runTests(tree, testFiles, limitOf(expectedMs), env)
  if (run.outcome === 'passed') return run
  if (run.outcome === 'timed_out') {
    // How long they take without the mutant on the machine as it is now.
    const { milliseconds, outcome } = await runTests(tree, testFiles, BASELINE_LIMIT_MS, {})
    const nowMs = outcome === 'passed' ? milliseconds : BASELINE_LIMIT_MS
    return runTests(tree, testFiles, limitOf(Math.max(nowMs, expectedMs)), env)
  }
  const failing = failingFile(run, testFiles)
  const isFlaky = baselines.some((baseline) => baseline.testFile === failing && baseline.isFlaky)
  if (failing === null || (testFiles.length === 1 && !isFlaky)) return run
  const alone = await runTests(tree, [failing], limitOf(expectedMs), env)
  return alone.outcome === 'failed' ? alone : runTests(tree, testFiles, limitOf(expectedMs), env)
}

const limitOf = (expectedMs: number): number => Math.round(10_000 + 4 * expectedMs)

/** The file that a run stopped at, as the runner heads what it prints of it. */
function failingFile({ output }: TestRun, testFiles: readonly string[]): string | null {
  if (testFiles.length === 1) return testFiles[0] ?? null
  return [...output.matchAll(/^(test\/\S+\.ts):$/gm)].at(-1)?.[1] ?? null
}
