import { afterAll } from 'bun:test'
import { plugin } from 'bun'
// Loaded first: with some orders of imports, Bun removes the macro's import and leaves its call,
// and every test that opens a store fails.
import '../../src/store/database/embedded-migrations.ts'
import { watchAnswers } from './declared-responses.ts'
import { removeTempDirs } from './temp-dir.ts'
import { watchFetch } from './watched-fetch.ts'

/** A test that hangs still hangs after this long, and some machines are slow for an hour. */
const TEST_TIME_LIMIT_MS = 20_000

// As in main.ts: the tests run the code in the mode in which users run it.
process.env['NODE_ENV'] = 'production'

// Bun has no setting for the time limit of all tests (https://github.com/oven-sh/bun/issues/7789),
// and one set here would hold for the first file only (https://github.com/oven-sh/bun/issues/43787).
// So each test file sets it, in its own first line to keep the numbers of the others.
plugin({
  name: 'time limit of tests',
  setup: (build) => {
    build.onLoad({ filter: /\.test\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: `import { setDefaultTimeout as limitTests } from 'bun:test'; limitTests(${TEST_TIME_LIMIT_MS}); ${await Bun.file(path).text()}`,
    }))
  },
})

afterAll(removeTempDirs)
watchAnswers()
watchFetch()
