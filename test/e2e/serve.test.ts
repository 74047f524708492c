import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { latchAlone } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'

const { folder, latch } = await latchAlone()

describe('latch serve', () => {
  // docs/providers.md#slack-redirect-urls
  test('creates an environment, and prints its key once and the redirect URL', async () => {
    const args = [latch, 'serve', '--port', '0', '--data-dir', 'served']
    const first = await start(args, { cwd: folder })
    const url = first.firstLine.split(' ').at(-1) ?? ''
    const port = new URL(url).port
    const healthy = await run([latch, 'healthcheck', '--port', port], { cwd: folder })
    expect(healthy.exitCode).toBe(0)
    first.signal('SIGTERM')
    const { stdout, exitCode } = await first.finished
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`${url}/v1/integrations/chat/oauth/callback`)
    // No terminal, so perhaps a log: the key is in a file.
    const keyFile = join(folder, 'served/first-api-key')
    expect(stdout).toContain(`: ${keyFile}\n`)
    expect(stdout).not.toMatch(/latch_\w{32}/)
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^latch_[A-Za-z0-9]{32}\n$/)
    for (const file of [keyFile, join(folder, 'served/secret.key')]) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
    }

    const gone = await run([latch, 'healthcheck', '--port', port], { cwd: folder })
    expect(gone.exitCode).toBe(1)

    const second = await start(args, { cwd: folder })
    second.signal('SIGTERM')
    expect((await second.finished).stdout).not.toContain('API key')
  })

  test('prints the first key on a terminal, and writes it to no file', async () => {
    const serve = `exec '${latch}' serve --port 0 --data-dir terminal`
    const atTerminal = await start(['script', '-qfec', serve, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
    })
    expect(await atTerminal.find(/API key.*: (latch_\w{32})/)).toMatch(/^latch_/)
    await atTerminal.find(/Guides: (\S+)/)
    atTerminal.signal('SIGTERM')
    await atTerminal.finished
    expect(existsSync(join(folder, 'terminal/first-api-key'))).toBe(false)
  })

  test('prints its local address, what to do next, and unknown settings', async () => {
    const { find, firstLine, signal, finished } = await start(
      [latch, 'serve', '--port', '0', '--data-dir', 'behind'],
      {
        cwd: folder,
        env: { LATCH_PUBLIC_URL: 'https://latch.example.com', LATCH_RATE_LIMIT_TRIGGER: '5' },
      },
    )
    expect(firstLine).toMatch(/^latch listens at http:\/\/127\.0\.0\.1:\d+$/)
    const guides = await find(/^Guides: (\S+)\. .*latch doctor/m)
    expect(guides).toBe(`${firstLine.split(' ').at(-1)}/docs`)
    expect((await fetch(guides)).status).toBe(200)
    signal('SIGTERM')
    const { stdout, stderr } = await finished
    expect(stdout).toContain('Public URL: https://latch.example.com\n')
    expect(stdout).toContain(': https://latch.example.com/v1/integrations/chat/oauth/callback\n')
    expect(stdout).toContain('latch integrations create')
    expect(stderr).toContain('LATCH_RATE_LIMIT_TRIGGER is not a setting of latch')
  })
})
