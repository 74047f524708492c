import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEY_PERMISSIONS } from '../../src/domain/environments/key-permissions.ts'
import { REGISTRY } from '../../src/providers/registry.ts'
import { latchBinary } from '../harness/binary.ts'
import { run } from '../harness/process.ts'
import { startService, type TestService } from '../harness/service.ts'
import { tempDir } from '../harness/temp-dir.ts'

const ROOT = join(import.meta.dir, '../..')
const GUIDES = [
  'slack',
  'teams',
  'configuration',
  'operating',
  'idempotency',
  'links',
  'events',
  'personal-data',
  'upgrading',
]

let service: TestService
let binary = ''
beforeAll(async () => {
  service = await startService()
  binary = await latchBinary()
}, 60_000)
afterAll(() => service.stop())

const source = (name: string): string =>
  readFileSync(join(ROOT, `src/docs/guides/${name}.md`), 'utf8')

describe('the documentation that comes with latch', () => {
  test('is served as pages that load nothing, and as the Markdown they are made of', async () => {
    const index = await (await fetch(`${service.url}/docs`)).text()
    for (const name of GUIDES) {
      expect(index).toContain(`href="/docs/${name}"`)
      const page = await fetch(`${service.url}/docs/${name}`)
      expect([page.status, page.headers.get('content-security-policy')]).toMatchObject([
        200,
        expect.stringContaining("default-src 'none'"),
      ])
      expect(await page.text()).toContain('<h1 id="')
      const raw = await fetch(`${service.url}/docs/${name}.md`)
      expect([raw.headers.get('content-type'), await raw.text()]).toEqual([
        'text/markdown; charset=utf-8',
        source(name),
      ])
    }
    for (const wrong of ['nothing', 'nothing.md', 'slack.html', '__proto__', 'constructor']) {
      expect((await fetch(`${service.url}/docs/${wrong}`)).status).toBe(404)
    }
    expect(await (await fetch(`${service.url}/llms.txt`)).text()).toContain('/docs/slack.md')
  })

  test('has no broken links, and none to the Markdown of a page', async () => {
    for (const name of GUIDES) {
      const page = await (await fetch(`${service.url}/docs/${name}`)).text()
      const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link)
      expect(links.length).toBeGreaterThan(4)
      for (const link of links.filter((one) => !/^(https?|data):/.test(one))) {
        const { status, headers } = await fetch(new URL(link, `${service.url}/docs/${name}`))
        const type = link === 'latch.service' ? 'text/plain' : 'text/html'
        expect([name, link, status, headers.get('content-type')]).toEqual([
          name,
          link,
          200,
          `${type}; charset=utf-8`,
        ])
      }
    }
  })

  test('names every setting, and no other', () => {
    const settings = (text: string) =>
      [...new Set([...text.matchAll(/'(LATCH_[A-Z_]+)'/g)].map(([, name = '']) => name))].sort()
    const code = readFileSync(join(ROOT, 'src/config.ts'), 'utf8')
    const addresses = REGISTRY.flatMap((provider) => Object.values(provider.addresses))
    const known = [...settings(code), ...addresses.map(({ variable }) => variable)].sort()
    const documented = [...source('configuration').matchAll(/^\| `(LATCH_[A-Z_]+)`/gm)]
    expect(documented.map(([, name = '']) => name).sort()).toEqual(known)
    expect(known.length).toBeGreaterThan(15)
    for (const { variable, fallback, help } of addresses) {
      expect(source('configuration')).toContain(
        `\n| \`${variable}\` | \`${fallback}\` | ${help} |\n`,
      )
    }
  })

  test('names every metric, and no other', () => {
    const named = (text: string): string[] =>
      [
        ...new Set([...text.matchAll(/['`](latch_[a-z_]+)['`{]/g)].map(([, name = '']) => name)),
      ].sort()
    const code = readFileSync(join(ROOT, 'src/observe/prometheus.ts'), 'utf8')
    expect(named(source('operating'))).toEqual(
      named(code).filter((name) => name !== 'latch_build_info'),
    )
  })

  test('names only commands and flags that the executable has', async () => {
    const texts = [...GUIDES.map(source), readFileSync(join(ROOT, 'README.md'), 'utf8')]
    const lines = texts.flatMap((text) =>
      [...text.matchAll(/(?:`|^|\| |=\S+ )(latch (?!<)[a-z-]+[^`\n]*)/gm)].map(
        ([, line = '']) => line,
      ),
    )
    const calls = lines.map((line) => {
      const [, command = '', rest = ''] =
        /^latch ((?:keys|environments|integrations|connections|events) [a-z-]+|[a-z-]+)(.*)/.exec(
          line,
        ) ?? []
      return { line, command, flags: rest.match(/--[a-z-]+/g) ?? [] }
    })
    const commands = [...new Set(calls.map(({ command }) => command))]
    const helps = new Map<string, string>()
    for (const command of commands) {
      const help = [binary, ...command.split(' '), '--help']
      const { exitCode, stdout } = await run(help, { cwd: tempDir() })
      expect([command, exitCode]).toEqual([command, 0])
      helps.set(command, stdout)
    }
    for (const { line, command, flags } of calls) {
      for (const flag of flags) {
        expect([line, helps.get(command)]).toEqual([line, expect.stringContaining(flag)])
      }
    }
    expect(commands).toContain('rotate-key')
    expect(commands.length).toBeGreaterThan(10)
  }, 30_000)
})

describe('the unit for systemd', () => {
  const unit = readFileSync(join(ROOT, 'src/docs/guides/latch.service'), 'utf8')

  test('is served with the documentation', async () => {
    expect(await (await fetch(`${service.url}/docs/latch.service`)).text()).toBe(unit)
  })

  test.skipIf(Bun.which('systemd-analyze') === null)(
    'is understood by systemd, which finds little left to take away',
    async () => {
      const directory = tempDir()
      const file = join(directory, 'latch.service')
      mkdirSync(directory, { recursive: true })
      writeFileSync(file, unit.replace('/usr/local/bin/latch', binary))
      const analyze = (...args: string[]) =>
        run([String(Bun.which('systemd-analyze')), ...args], { cwd: directory })
      const verified = await analyze('verify', file)
      expect([verified.exitCode, verified.stderr]).toEqual([0, ''])
      const { stdout } = await analyze('security', '--offline=true', '--no-pager', file)
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
      expect(Number(exposure)).toBeLessThan(2)
    },
  )
})

test('the guide to operating names every permission of API keys', () => {
  const named = [
    ...source('operating').matchAll(/^\| `(\w+)` \| .*(?:the key|read|create|everything)/gm),
  ]
  expect(named.map(([, name]) => name)).toEqual(
    expect.arrayContaining(Object.keys(KEY_PERMISSIONS)),
  )
})
