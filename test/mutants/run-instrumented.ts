import { afterAll } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { plugin } from 'bun'

// Preloaded by `bun run mutants`: the tests load instrumented code in place of the source files,
// which stay as they are, as some tests read them.

const ROOT = join(import.meta.dir, '../..')
const { LATCH_MUTANTS_CODE = '', LATCH_MUTANTS_HIT_LIMIT, LATCH_MUTANTS_COVERAGE } = process.env

plugin({
  name: 'instrumented code',
  setup: (build) => {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const instrumented = join(LATCH_MUTANTS_CODE, relative(ROOT, path))
      const file = Bun.file(existsSync(instrumented) ? instrumented : path)
      return { loader: 'ts', contents: await file.text() }
    })
  },
})

type Counts = Record<string, number>
type Stryker = {
  /** How often the code of each mutant has run, by the mutant's id. */
  mutantCoverage?: { static: Counts }
  hitCount?: number
  hitLimit?: number
}

const global = globalThis as { __stryker__?: Stryker }
global.__stryker__ ??= {}
const stryker = global.__stryker__

// A mutant that runs far more often than the code it replaces is in an endless loop, and throws.
if (LATCH_MUTANTS_HIT_LIMIT !== undefined) {
  Object.assign(stryker, { hitCount: 0, hitLimit: Number(LATCH_MUTANTS_HIT_LIMIT) })
}

if (LATCH_MUTANTS_COVERAGE !== undefined) {
  afterAll(() => {
    writeFileSync(LATCH_MUTANTS_COVERAGE, JSON.stringify(stryker.mutantCoverage?.static ?? {}))
  })
}
