import { afterAll } from 'bun:test'
import { removeTempDirs } from './temp-dir.ts'

// As main.ts has it: the tests are of what is run.
process.env['NODE_ENV'] = 'production'

afterAll(removeTempDirs)
