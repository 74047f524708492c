import { afterAll } from 'bun:test'
import { removeTempDirs } from './temp-dir.ts'

afterAll(removeTempDirs)
