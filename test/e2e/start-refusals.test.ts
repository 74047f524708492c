import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { latchAlone } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'

const { folder, latch } = await latchAlone()

describe('latch does not start, and says how to fix it, with', () => {
  const serve = (dataDir: string, env: Record<string, string> = {}, extra: string[] = []) =>
    run([latch, 'serve', '--port', '0', '--data-dir', dataDir, ...extra], { cwd: folder, env })

  test('a temp directory that is missing or not writable', async () => {
    const { exitCode, stderr } = await serve('no-temp', { TMPDIR: '/nonexistent' })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('temp directory /nonexistent')
    expect(stderr).toContain('set TMPDIR')
    expect(stderr).not.toContain('    at ')
  })

  test('every mistake in the configuration at once', async () => {
    const { exitCode, stderr } = await serve('config', {
      LATCH_HOST: '0.0.0.0',
      LATCH_SECRET_KEY: 'short',
      LATCH_LOG_LEVEL: 'loud',
    })
    expect(exitCode).toBe(2)
    for (const name of ['LATCH_PUBLIC_URL', 'LATCH_SECRET_KEY', 'LATCH_LOG_LEVEL']) {
      expect(stderr).toContain(name)
    }
  })

  test('a database of a newer latch', async () => {
    const first = await start([latch, 'serve', '--port', '0', '--data-dir', 'newer'], {
      cwd: folder,
    })
    first.signal('SIGTERM')
    await first.finished
    const client = createClient({ url: `file:${join(folder, 'newer/latch.db')}` })
    await client.execute("INSERT INTO __drizzle_migrations (hash) VALUES ('of tomorrow')")
    client.close()
    const { exitCode, stderr } = await serve('newer')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('written by a newer version of latch')
  })

  test('another secret key than the one that the database was made with', async () => {
    const key = (letter: string) => Buffer.alloc(32, letter).toString('base64')
    const first = await start([latch, 'serve', '--port', '0', '--data-dir', 'key'], {
      cwd: folder,
      env: { LATCH_SECRET_KEY: key('a') },
    })
    first.signal('SIGTERM')
    await first.finished
    const wrong = await serve('key', { LATCH_SECRET_KEY: key('b') })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.stderr).toContain('was created with a different secret key')
    const missing = await serve('key')
    expect(missing.exitCode).toBe(1)
    expect(missing.stderr).toContain('secret.key is missing')
  })

  test('a real data directory for a sandbox, and a sandbox for a service', async () => {
    for (const [made, other] of [
      ['serve', 'sandbox'],
      ['sandbox', 'serve'],
    ] as const) {
      const dataDir = `${made}-not-${other}`
      const first = await start([latch, made, '--port', '0', '--data-dir', dataDir], {
        cwd: folder,
      })
      first.signal('SIGTERM')
      await first.finished
      const args = [latch, other, '--port', '0', '--data-dir', dataDir]
      const { exitCode, stderr } = await run(args, { cwd: folder })
      expect(exitCode).toBe(1)
      expect(stderr).toContain('--data-dir')
    }
  })

  test('a port that is taken', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
    const args = [latch, 'serve', '--port', String(other.port), '--data-dir', 'taken']
    const taken = other.port
    const { exitCode, stderr } = await run(args, { cwd: folder })
    await other.stop(true)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`port ${taken} of 127.0.0.1 is in use`)
    expect(stderr).toContain('choose another with --port')
  })
})
