import { beforeAll, describe, expect, test } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import packageJson from '../../package.json' with { type: 'json' }
import { latchBinary } from '../harness/binary.ts'
import { run, start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

/** A folder with nothing in it but the executable. */
const folder = tempDir()
const latch = (): string => join(folder, 'latch')

beforeAll(async () => {
  copyFileSync(await latchBinary(), latch())
}, 60_000)

type Facts = {
  url: string
  apiKey: string
  callbackUrl: string
  slackUrl: string
  subscriberId: string
  connectionIdentifier: string
  integrations: { slack: string; msteams: string }
}

const ask = (facts: Facts, path: string, body?: unknown): Promise<Response> =>
  fetch(facts.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `ApiKey ${facts.apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function closeTheLoop(facts: Facts): Promise<unknown> {
  const link = await ask(facts, '/v1/integrations/channel-endpoints/oauth', {
    subscriberId: facts.subscriberId,
    integrationIdentifier: facts.integrations.slack,
    connectionIdentifier: facts.connectionIdentifier,
  })
  const { url } = (await link.json()) as { url: string }
  const form = new URLSearchParams(new URL(url).search)
  form.set('user', 'U0ADA00001')
  form.set('decision', 'allow')
  const [authorize = ''] = url.split('?')
  await fetch(authorize, { method: 'POST', body: form })
  const list = await ask(facts, `/v1/channel-endpoints?subscriberId=${facts.subscriberId}`)
  return list.json()
}

describe('the executable, alone in an empty folder and an empty environment', () => {
  test('says what it is and what it can do', async () => {
    const version = await run([latch(), 'version'], { cwd: folder })
    expect(version.exitCode).toBe(0)
    expect(version.stdout).toStartWith(`latch ${packageJson.version} (`)
    const json = await run([latch(), 'version', '--json'], { cwd: folder })
    expect(JSON.parse(json.stdout)).toMatchObject({ version: packageJson.version, bun: '1.4.5' })
    const help = await run([latch(), '--help'], { cwd: folder })
    expect(help.exitCode).toBe(0)
    for (const command of ['serve', 'sandbox', 'healthcheck', 'version']) {
      expect(help.stdout).toContain(command)
    }
  })

  test('answers wrong use with 2 and a hint', async () => {
    for (const wrong of [['nonsense'], ['serve', '--nonsense'], []]) {
      const { exitCode, stderr } = await run([latch(), ...wrong], { cwd: folder })
      expect(exitCode).toBe(2)
      expect(stderr).not.toBe('')
    }
  })

  test('closes the loop in the sandbox, and keeps its data over a restart', async () => {
    const args = [latch(), 'sandbox', '--json', '--port', '0', '--data-dir', 'box']
    const first = await start(args, { cwd: folder })
    const facts = JSON.parse(first.firstLine) as Facts
    expect(Object.keys(facts)).toEqual([
      'url',
      'apiKey',
      'callbackUrl',
      'slackUrl',
      'entraUrl',
      'integrations',
      'subscriberId',
      'connectionIdentifier',
    ])
    expect(facts).toMatchObject({
      entraUrl: expect.stringMatching(/^http:/),
      integrations: { slack: 'slack', msteams: 'msteams' },
      subscriberId: 'subscriber-123',
      connectionIdentifier: 'slack-connection-abc123',
    })
    for (const file of ['swagger-ui.js', 'swagger-ui.css', 'start.js']) {
      const answer = await fetch(`${facts.url}/openapi/${file}`)
      expect([file, answer.status]).toEqual([file, 200])
      expect((await answer.text()).length).toBeGreaterThan(100)
    }
    const hostile = await ask(facts, '/v1/integrations/channel-endpoints/oauth', {
      subscriberId: { toString: null },
    })
    expect(hostile.status).toBe(422)
    const linked = await closeTheLoop(facts)
    expect(linked).toMatchObject({
      data: [{ type: 'slack_user', endpoint: { userId: 'U0ADA00001' } }],
    })
    first.signal('SIGTERM')
    expect((await first.finished).exitCode).toBe(0)

    const second = await start(args, { cwd: folder })
    const again = JSON.parse(second.firstLine) as Facts
    expect(again.apiKey).toBe(facts.apiKey)
    const kept = await ask(again, `/v1/channel-endpoints?subscriberId=${facts.subscriberId}`)
    expect(await kept.json()).toEqual(linked)

    const third = await run(args, { cwd: folder })
    expect(third.exitCode).toBe(1)
    expect(third.stderr).toContain('Another latch is running on the data directory')
    second.signal('SIGINT')
    expect((await second.finished).exitCode).toBe(0)
  })

  test('shows the API key of a sandbox once to a person', async () => {
    const args = [latch(), 'sandbox', '--port', '0', '--data-dir', 'shown']
    const outputs: string[] = []
    for (const _ of [1, 2]) {
      const started = await start(args, { cwd: folder })
      started.signal('SIGTERM')
      outputs.push((await started.finished).stdout)
    }
    expect(outputs[0]).toMatch(/API key\s+latch_\S+/)
    expect(outputs[1]).not.toMatch(/API key\s+latch_\S+/)
    for (const output of outputs) expect(output).toContain('curl -s http://127.0.0.1:')
  })

  // docs/providers.md#slack-redirect-urls
  test('serves: the first start makes an environment, shows its key once, and the redirect URL', async () => {
    const args = [latch(), 'serve', '--port', '0', '--data-dir', 'served']
    const first = await start(args, { cwd: folder })
    const url = first.firstLine.split(' ').at(-1) ?? ''
    const port = new URL(url).port
    const healthy = await run([latch(), 'healthcheck', '--port', port], { cwd: folder })
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

    const gone = await run([latch(), 'healthcheck', '--port', port], { cwd: folder })
    expect(gone.exitCode).toBe(1)

    const second = await start(args, { cwd: folder })
    second.signal('SIGTERM')
    expect((await second.finished).stdout).not.toContain('API key')
  })

  test('shows the first key to a person at a terminal, and leaves it in no file', async () => {
    const serve = `exec '${latch()}' serve --port 0 --data-dir terminal`
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

  test('says where it listens behind a public URL, what to do next, and which setting it lacks', async () => {
    const { find, firstLine, signal, finished } = await start(
      [latch(), 'serve', '--port', '0', '--data-dir', 'behind'],
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

  test('ignores .env and bunfig.toml of the folder it is started in', async () => {
    const trap = join(folder, 'trap')
    mkdirSync(trap)
    writeFileSync(join(trap, '.env'), 'LATCH_PORT=nonsense\n')
    writeFileSync(join(trap, 'bunfig.toml'), 'preload = ["./evil.ts"]\n')
    writeFileSync(join(trap, 'evil.ts'), 'require("node:fs").writeFileSync("evil-was-here", "")\n')
    const started = await start([latch(), 'sandbox', '--json', '--port', '0'], { cwd: trap })
    started.signal('SIGTERM')
    expect((await started.finished).exitCode).toBe(0)
    expect(existsSync(join(trap, 'evil-was-here'))).toBe(false)
    expect(readdirSync(trap)).toContain('latch-sandbox')
  })
})

describe('the executable refuses, with the fix,', () => {
  const serve = (dataDir: string, env: Record<string, string> = {}, extra: string[] = []) =>
    run([latch(), 'serve', '--port', '0', '--data-dir', dataDir, ...extra], { cwd: folder, env })

  test('a temp directory that is not there or not writable', async () => {
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
    const first = await start([latch(), 'serve', '--port', '0', '--data-dir', 'newer'], {
      cwd: folder,
    })
    first.signal('SIGTERM')
    await first.finished
    const client = createClient({ url: `file:${join(folder, 'newer/latch.db')}` })
    await client.execute("INSERT INTO __drizzle_migrations (hash) VALUES ('of tomorrow')")
    client.close()
    const { exitCode, stderr } = await serve('newer')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('made by a newer latch')
  })

  test('another secret key than the one that the database was made with', async () => {
    const key = (letter: string) => Buffer.alloc(32, letter).toString('base64')
    const first = await start([latch(), 'serve', '--port', '0', '--data-dir', 'key'], {
      cwd: folder,
      env: { LATCH_SECRET_KEY: key('a') },
    })
    first.signal('SIGTERM')
    await first.finished
    const wrong = await serve('key', { LATCH_SECRET_KEY: key('b') })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.stderr).toContain('not the one that this database was made with')
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
      const first = await start([latch(), made, '--port', '0', '--data-dir', dataDir], {
        cwd: folder,
      })
      first.signal('SIGTERM')
      await first.finished
      const args = [latch(), other, '--port', '0', '--data-dir', dataDir]
      const { exitCode, stderr } = await run(args, { cwd: folder })
      expect(exitCode).toBe(1)
      expect(stderr).toContain('--data-dir')
    }
  })

  test('a port that is taken', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
    const args = [latch(), 'serve', '--port', String(other.port), '--data-dir', 'taken']
    const taken = other.port
    const { exitCode, stderr } = await run(args, { cwd: folder })
    await other.stop(true)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`port ${taken} of 127.0.0.1 is in use`)
    expect(stderr).toContain('choose another with --port')
  })
})
