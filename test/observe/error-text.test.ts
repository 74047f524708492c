import { beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DrizzleQueryError } from 'drizzle-orm'
import { errorText } from '../../src/observe/error-text.ts'
import { digestApiKey } from '../../src/secrets/api-key.ts'
import { latchBinary } from '../harness/binary.ts'
import { startHranaServer } from '../harness/hrana-server.ts'
import { start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

describe('the text of an error', () => {
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })

  test('of a failed query is its SQL and the cause, without parameters', () => {
    const failed = new DrizzleQueryError('select * from t where a = ?', ['s3cret\nparams: x'], busy)
    const { stack, ...text } = errorText(failed)
    expect(text).toEqual({
      type: 'DrizzleQueryError',
      message: 'Failed query: select * from t where a = ?: database is locked',
      code: 'SQLITE_BUSY',
    })
    expect(stack).toContain('select * from t where a = ?\n')
    expect(stack).toContain(import.meta.file)
    expect(stack).toContain('caused by: Error: database is locked')
    expect(stack).not.toContain('s3cret')
    expect(stack).not.toContain('params')
  })

  test('of a nested cause leaves out parameters too', () => {
    const failed = new DrizzleQueryError('select ?', ['s3cret'], busy)
    const outer = new Error('a list was not read', { cause: failed })
    const text = errorText(outer)
    expect(text.message).toBe('a list was not read: Failed query: select ?: database is locked')
    expect(JSON.stringify(text)).not.toContain('s3cret')
  })

  test('whose stack does not begin with its message leaves out the stack', () => {
    const failed = new DrizzleQueryError('select ?', ['s3cret'], busy)
    failed.stack = 'Error: s3cret\n    at nowhere'
    expect(errorText(failed).stack).not.toContain('s3cret')
  })

  test('has nothing else that an error may carry', () => {
    const error = Object.assign(new Error('no'), { request: { token: 's3cret' }, args: ['s3cret'] })
    expect(Object.keys(errorText(error))).toEqual(['type', 'message', 'stack'])
  })

  test('exists for values that are not errors, and for an error that is its own cause', () => {
    expect(errorText('text')).toEqual({ type: 'string', message: 'text', stack: 'text' })
    const circle = new Error('round')
    circle.cause = circle
    expect(errorText(circle).message).toBe('round')
  })
})

test('a log says why a read failed, and never with which parameters', async () => {
  const folder = tempDir()
  const server = startHranaServer(join(folder, 'server.db'), 'sesame')
  const latch = await start([binary, 'serve'], {
    cwd: folder,
    env: {
      LATCH_PORT: '0',
      LATCH_DATABASE_URL: server.url,
      LATCH_DATABASE_AUTH_TOKEN: 'sesame',
      LATCH_SECRET_KEY: 'ab'.repeat(32),
    },
  })
  const url = await latch.find(/listens at (\S+)/)
  server.behave('unwell')
  const apiKey = 'latch_test_key_that_is_looked_for_in_vain'
  const response = await fetch(`${url}/v2/subscribers`, {
    headers: { authorization: `ApiKey ${apiKey}` },
  })
  expect(response.status).toBe(503)
  latch.signal('SIGTERM')
  const { stderr } = await latch.finished
  await server.stop()
  const [told] = stderr
    .split('\n')
    .filter((line) => line.includes('the database is unavailable'))
    .map((line) => JSON.parse(line) as { error: { message: string } })
  expect(told?.error.message).toMatch(/^Failed query: select .* from "api_keys" .*status 502$/)
  expect(stderr).not.toContain('params')
  expect(stderr).not.toContain(digestApiKey(apiKey))
})
