import { beforeAll, describe, expect, test } from 'bun:test'
import { latchBinary } from '../harness/binary.ts'
import { start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

let binary = ''
beforeAll(async () => {
  binary = await latchBinary()
}, 60_000)

describe('latch serve', () => {
  test('serves Prometheus metrics from the executable, and prints their address', async () => {
    const env = { LATCH_METRICS_ADDRESS: '127.0.0.1:0', LATCH_LOG_LEVEL: 'silent' }
    const latch = await start([binary, 'serve', '--port', '0'], { cwd: tempDir(), env })
    const url = latch.firstLine.split(' ').at(-1)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    latch.signal('SIGTERM')
    const { exitCode, stdout } = await latch.finished
    expect([exitCode, stdout]).toMatchObject([
      0,
      expect.stringMatching(/Metrics: http:\/\/127\.0\.0\.1:\d+\/metrics/),
    ])
  })

  test('logs at debug level after SIGHUP, until the next one', async () => {
    const latch = await start([binary, 'serve', '--port', '0'], {
      cwd: tempDir(),
      env: { LATCH_LOG_LEVEL: 'error' },
    })
    latch.signal('SIGHUP')
    await Bun.sleep(100)
    latch.signal('SIGHUP')
    await Bun.sleep(100)
    latch.signal('SIGTERM')
    const { exitCode, stderr } = await latch.finished
    const levels = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { logLevel: unknown })
      .map(({ logLevel }) => logLevel)
    expect([exitCode, levels]).toEqual([0, ['debug', 'error']])
  })

  test('has no duplicate key in a log line, and logs more at debug level than at info', async () => {
    const lines = await Promise.all(
      ['info', 'debug'].map(async (level) => {
        const latch = await start([binary, 'sandbox', '--port', '0'], {
          cwd: tempDir(),
          env: { LATCH_LOG_LEVEL: level, LATCH_LOG_REQUESTS: 'all' },
        })
        const url = await latch.find(/(http:\/\/127\.0\.0\.1:\d+)/)
        await fetch(`${url}/v1/channel-endpoints`)
        await fetch(`${url}/v1/integrations/chat/oauth/callback?error=access_denied`)
        latch.signal('SIGHUP')
        await fetch(`${url}/healthz`)
        latch.signal('SIGTERM')
        return (await latch.finished).stderr.trim().split('\n')
      }),
    )
    for (const line of lines.flat()) {
      // A key that comes twice is there once when it was read.
      expect(JSON.stringify(JSON.parse(line))).toBe(line)
    }
    const [info = [], debug = []] = lines
    expect(info.length).toBeGreaterThan(2)
    expect(debug.length).toBeGreaterThan(info.length)
  })

  test('writes human-readable lines on a terminal, in the executable too', async () => {
    // `script` gives it a terminal.
    const command = `LATCH_LOG_LEVEL=debug ${binary} serve --port 0 & sleep 1; kill -HUP $!; sleep 0.3; kill $!; wait`
    const child = Bun.spawn(['script', '-qec', command, '/dev/null'], {
      cwd: tempDir(),
      stdout: 'pipe',
      stdin: 'ignore',
    })
    const text = await new Response(child.stdout).text()
    expect(text).toMatch(/\d\d:\d\d:\d\d.*INFO.*SIGHUP: the log level is changed/)
    expect(text).not.toContain('{"level"')
  })
})
