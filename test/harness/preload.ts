import { afterAll, setDefaultTimeout } from 'bun:test'
import { removeTempDirs } from './temp-dir.ts'

// As main.ts has it: the tests are of what is run.
process.env['NODE_ENV'] = 'production'

afterAll(removeTempDirs)

// What hangs has hung after 20 seconds as well as after 5, and some machines are slow for an hour.
setDefaultTimeout(20_000)
