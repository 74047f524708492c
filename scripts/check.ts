import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findChromium, installChromium } from './chromium.ts'
import { installPythonExample } from './python.ts'
import { runStep } from './step.ts'
import { readTestReport, type TestCounts } from './test-report.ts'

// This file runs before anything is installed: it may import only Bun, Node's own modules and
// its neighbours.

const BUN = process.execPath
const REPORT = 'dist/test-report.xml'
/** Where the tests note which answers they received. */
const RECEIVED = join(import.meta.dir, '../dist/received-answers.txt')
const TEST_FILES = 'test/**/*.{test,spec}.{ts,tsx}'
const BROWSER_TEST_FILES = 'test/e2e/*browser*.test.ts'
const PYTHON_TEST_FILE = 'test/examples/python.test.ts'
/** Tests that must pass wherever the data is stored. */
const REMOTE_TESTS = [
  'test/{api,contract,http}/**/*.test.ts',
  'test/e2e/sdk*.test.ts',
  'test/fault/crash.test.ts',
]

/**
 * Runs every check, prints a line for each and the output of those that fail, and returns the test
 * counts.
 */
async function check(): Promise<TestCounts> {
  const installed = await runStep({
    name: 'install',
    command: [BUN, 'install', '--frozen-lockfile'],
  })
  if (!installed) return { passed: 0, failed: 1, skipped: 0 }

  let failedSteps = 0
  for (const step of [
    { name: 'types', command: [BUN, 'node_modules/typescript/bin/tsc', '--project', '.'] },
    {
      name: 'lint',
      command: [BUN, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
    },
    { name: 'build', command: [BUN, 'scripts/build.ts'] },
  ]) {
    if (!(await runStep(step))) failedSteps += 1
  }

  const tests = await runTests()
  return { ...tests, failed: tests.failed + failedSteps }
}

async function runTests(): Promise<TestCounts> {
  const leftOut: LeftOut[] = []
  const browserFiles = filesMatching(BROWSER_TEST_FILES)
  let chromium = findChromium()
  if (chromium === undefined && browserFiles.length > 0) {
    await installChromium()
    chromium = findChromium()
  }
  if (chromium === undefined) {
    const reason = 'no Chromium here; install one or set LATCH_CHROMIUM'
    leftOut.push(...browserFiles.map((file) => ({ file, reason })))
  }
  // If pip fails for another reason, the test fails too, and says why.
  const python = await installPythonExample().catch(() => null)
  if (python?.kind === 'left_out') leftOut.push({ file: PYTHON_TEST_FILE, reason: python.reason })

  const isLeftOut = (file: string): boolean => leftOut.some((one) => one.file === file)
  await rm(RECEIVED, { force: true })
  const all = await runSuite({
    name: 'tests',
    files: filesMatching(TEST_FILES).filter((file) => !isLeftOut(file)),
    patterns: leftOut.map(({ file }) => `--path-ignore-patterns=${file}`),
    env: {
      LATCH_TEST_RECEIVED: RECEIVED,
      ...(chromium !== undefined && { LATCH_CHROMIUM: chromium }),
    },
  })
  for (const { file, reason } of leftOut) console.log(`left out: ${file} (${reason})`)
  // A test that failed may have received less.
  const areReceived =
    all.failed > 0 ||
    (await runStep({
      name: 'every declared answer is received by a test',
      command: [BUN, 'scripts/never-received.ts', RECEIVED],
    }))
  const remote = await runSuite({
    name: 'API tests against a libSQL server',
    files: REMOTE_TESTS.flatMap(filesMatching),
    patterns: REMOTE_TESTS.flatMap(filesMatching),
    env: { LATCH_TEST_DATABASE: 'remote' },
  })
  return {
    passed: all.passed + remote.passed,
    failed: all.failed + remote.failed + (areReceived ? 0 : 1),
    skipped: all.skipped + remote.skipped,
  }
}

/** A test file that cannot run on this machine. */
type LeftOut = { readonly file: string; readonly reason: string }

type Suite = {
  name: string
  /** The test files that are expected to produce a result. */
  files: readonly string[]
  /** Arguments for the test runner: the files to run, or to exclude. */
  patterns: readonly string[]
  env: Readonly<Record<string, string>>
}

async function runSuite({ name, files, patterns, env }: Suite): Promise<TestCounts> {
  await mkdir(dirname(REPORT), { recursive: true })
  await rm(REPORT, { force: true })
  const succeeded = await runStep({
    name,
    command: [
      BUN,
      'test',
      // A server left running by a test must not outlive the run.
      '--no-orphans',
      // Passing tests are not listed, so that a failed run's output shows only what went wrong.
      '--only-failures',
      '--reporter=junit',
      `--reporter-outfile=${REPORT}`,
      ...patterns,
    ],
    // With CI set, a forgotten test.only is an error instead of a way to skip all other tests.
    env: { CI: 'true', ...env },
  })
  return countTests(files, succeeded)
}

/** Adds what the runner's counts omit: it reports nothing for a file that it cannot load. */
async function countTests(expected: readonly string[], succeeded: boolean): Promise<TestCounts> {
  const file = Bun.file(REPORT)
  const report = readTestReport((await file.exists()) ? await file.text() : '')
  const missing = expected.filter((name) => !report.files.has(name))
  for (const name of missing) console.log(`no result from ${name}, counted as failed`)

  let failed = report.failed + missing.length
  if (failed === 0 && report.passed === 0) {
    console.log('no test ran, counted as failed')
    failed = 1
  } else if (failed === 0 && !succeeded) {
    console.log('the test runner failed although no test did, counted as failed')
    failed = 1
  }
  return { passed: report.passed, failed, skipped: report.skipped }
}

function filesMatching(pattern: string): readonly string[] {
  return [...new Bun.Glob(pattern).scanSync('.')].sort()
}

function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

process.chdir(join(import.meta.dir, '..'))
const counts = await check().catch((error: unknown): TestCounts => {
  console.error(error)
  return { passed: 0, failed: 1, skipped: 0 }
})
console.log(`\n${closingLine(counts)}`)
process.exitCode = counts.failed === 0 ? 0 : 1
