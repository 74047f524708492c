import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { readAnswer } from '../harness/call-api.ts'
import { confirmAsUser } from '../harness/confirming.ts'
import { firstApiKey, run, start } from '../harness/process.ts'
import { tempDir } from '../harness/temp-dir.ts'

const README = readFileSync(join(import.meta.dir, '../../README.md'), 'utf8')

/** The shell commands of a section. */
const commandsOf = (heading: string): string => {
  const [, section = ''] = README.split(`\n${heading}\n`)
  const [own = ''] = section.split(/\n#{2,3} /)
  return [...own.matchAll(/```sh\n([^`]*)```/g)].map(([, commands = '']) => commands).join('\n')
}

/** The values that the rehearsal names in place of Slack's. */
const rehearsal = (label: string): string =>
  new RegExp(`${label} \`([^\`]+)\``).exec(README)?.[1] ?? ''

const binary = await latchBinary()
const startLatch = (command: string, args: readonly string[], env: Record<string, string>) =>
  start([binary, command, ...args], { cwd: tempDir(), env })

// The stand-in must know latch's redirect URL, and latch the stand-in's address: one of the ports is
// reserved before. It is free again just before latch takes it.
const reserved = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
const url = reserved.url.origin
const sandbox = await startLatch('sandbox', ['--json', '--public-url', url], { LATCH_PORT: '0' })
const { slackUrl, entraUrl } = JSON.parse(sandbox.firstLine) as Record<string, string>
await reserved.stop(true)
const latch = await startLatch('serve', [], {
  LATCH_PORT: new URL(url).port,
  LATCH_SLACK_URL: String(slackUrl),
  LATCH_ENTRA_URL: String(entraUrl),
})

afterAll(async () => {
  for (const process of [sandbox, latch]) {
    process.signal('SIGTERM')
    await process.finished
  }
})

const shell = async (commands: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await run(['sh', '-ec', commands], {
    cwd: tempDir(),
    env: { PATH: process.env['PATH'] ?? '' },
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout
}

test('README: the steps for your Slack app lead to a link, and to who used it', async () => {
  const commands = commandsOf('## Run it with your Slack app')
    .replace('https://latch.example.com', url)
    .replace('latch_…', await firstApiKey(latch))
    .replace('CLIENT_ID', rehearsal('client id'))
    .replace('CLIENT_SECRET', rehearsal('client secret'))
  const [steps = '', reading = ''] = commands.split(/(?=\ncurl [^\n]*channel-endpoints\?)/)
  const link = /\{"url":"([^"]+)"\}/.exec(await shell(steps))?.[1] ?? ''
  const { origin, pathname, search } = new URL(link)
  expect(origin).toBe(String(slackUrl))

  const form = new URLSearchParams(search)
  form.set('user', 'U0ADA00001')
  form.set('decision', 'allow')
  const consent = await fetch(origin + pathname, { method: 'POST', body: form, redirect: 'manual' })
  const callback = String(consent.headers.get('location'))
  const open = async (address: string, headers: Record<string, string> = {}) => {
    const asBrowser = { accept: 'text/html', ...headers }
    return readAnswer(await fetch(address, { headers: asBrowser, redirect: 'manual' }))
  }
  const done = await confirmAsUser({ open, advance: Bun.sleep }, await open(callback))
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('U0ADA00001')])

  const [settings = ''] = steps.split('\ncurl')
  const { data } = JSON.parse(await shell(`${settings}\n${reading}`)) as { data: unknown[] }
  expect(data).toMatchObject([{ type: 'slack_user', endpoint: { userId: 'U0ADA00001' } }])
})

test('README: the command for a first link works in a sandbox', async () => {
  const first = await startLatch('sandbox', ['--json'], { LATCH_PORT: '0' })
  const ready = JSON.parse(first.firstLine) as Record<string, string>
  const [, request = ''] = commandsOf('## Try it').split(/(?=\ncurl)/)
  const stdout = await shell(
    request
      .replace('http://127.0.0.1:4400', String(ready['url']))
      .replace('latch_…', String(ready['apiKey'])),
  )
  expect(stdout).toContain(`{"url":"${ready['slackUrl']}/`)
  first.signal('SIGTERM')
  await first.finished
})
