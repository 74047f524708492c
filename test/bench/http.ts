import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { start } from '../harness/process.ts'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'
import { removeTempDirs, tempDir } from '../harness/temp-dir.ts'
import { consentedLinks, openEachOnce } from './callbacks.ts'
import { type Load, median, wrk } from './wrk.ts'

/**
 * The link route of the real binary against a bare handler, by wrk, alternating in one run: these
 * machines are noisy, and only ratios within a run mean anything.
 */
const ROUNDS = 3
/** Callbacks a round; each needs a link of its own. */
const CALLBACKS = 3000

const folder = tempDir()
const script = (name: string, headers: string, each = ''): string => {
  const file = join(folder, `${name}.lua`)
  const body = JSON.stringify(SAMPLE_BODY)
  writeFileSync(
    file,
    `wrk.method = "POST"
wrk.body = '${body}'
wrk.headers["Content-Type"] = "application/json"
${headers}
local seed, count = tostring({}), 0
${each}
function response(status) if status ~= 201 then failed = (failed or 0) + 1 end end
`,
  )
  return file
}

const bare = await start([process.execPath, join(import.meta.dir, 'bare.ts')], { cwd: folder })
const startLatch = async () =>
  start(
    [await latchBinary(), 'sandbox', '--json', '--port', '0', '--data-dir', join(folder, 'data')],
    { cwd: folder, env: { LATCH_RATE_LIMIT_GLOBAL: '0', LATCH_RATE_LIMIT_CONFIGURATION: '0' } },
  )
const first = await startLatch()
first.signal('SIGTERM')
await first.finished

/** From the executable on a database that is up to date to the first link. */
const startedAt = performance.now()
const latch = await startLatch()
const facts = JSON.parse(latch.firstLine) as { url: string; apiKey: string }
const firstLink = await fetch(facts.url + LINK_PATH, {
  method: 'POST',
  headers: { authorization: `ApiKey ${facts.apiKey}`, 'content-type': 'application/json' },
  body: JSON.stringify(SAMPLE_BODY),
})
const startMs = performance.now() - startedAt
if (firstLink.status !== 201) throw new Error(`no link: ${firstLink.status}`)

const memoryOf = (name: 'VmHWM' | 'VmRSS'): number => {
  const text = readFileSync(`/proc/${latch.pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1024)
}
const slackOAuth = await start(['node', join(import.meta.dir, 'peers/slack-oauth.mjs')], {
  cwd: folder,
})
const betterAuth = await start(
  [process.execPath, join(import.meta.dir, 'peers/better-auth.ts'), join(folder, 'peer.db')],
  { cwd: folder },
)
const [betterAuthUrl = '', cookie = ''] = betterAuth.firstLine.split(' ')
const linkSocial = `wrk.headers["Cookie"] = "${cookie}"
wrk.body = '{"provider":"slack","callbackURL":"/done","disableRedirect":true}'`

const authorization = `wrk.headers["Authorization"] = "ApiKey ${facts.apiKey}"`
const link = facts.url + LINK_PATH
const fresh = `function request()
  count = count + 1
  wrk.headers["Idempotency-Key"] = seed .. count
  return wrk.format()
end`
const cases: Record<string, () => Promise<Load>> = {
  '(a) bare handler': () => wrk(bare.firstLine, script('bare', '')),
  '(b) link': () => wrk(link, script('link', authorization)),
  '(c) link, a fresh idempotency key each': () => wrk(link, script('fresh', authorization, fresh)),
  '(d) replays of one key': () =>
    wrk(link, script('replay', `${authorization}\nwrk.headers["Idempotency-Key"] = "one"`)),
  '(e) callback, with the stand-in for Slack in the same process': async () => {
    const addresses = await consentedLinks(facts, CALLBACKS)
    return wrk(facts.url, openEachOnce(join(folder, 'callback.lua'), addresses), 2)
  },
  '(g) @slack/oauth on Node': () => wrk(slackOAuth.firstLine, script('slack', '')),
  '(g) better-auth link-social': () =>
    wrk(`${betterAuthUrl}/api/auth/link-social`, script('better-auth', linkSocial)),
}

const measured = new Map<string, Load[]>(Object.keys(cases).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, load] of Object.entries(cases)) measured.get(name)?.push(await load())
}
const of = (name: string, what: keyof Load): number =>
  median((measured.get(name) ?? []).map((load) => load[what]))
const [base = ''] = Object.keys(cases)
const table = Object.keys(cases).map((name) => ({
  case: name,
  'requests/s': Math.round(of(name, 'requestsPerSecond')),
  'of (a)': Number((of(name, 'requestsPerSecond') / of(base, 'requestsPerSecond')).toFixed(3)),
  'p99 ms': Number(of(name, 'p99Ms').toFixed(2)),
  failed: of(name, 'failed'),
}))
console.table(table)
const resources = {
  startToFirstLinkMs: Math.round(startMs),
  peakMegabytes: memoryOf('VmHWM'),
  megabytesAfter: memoryOf('VmRSS'),
}
console.table(resources)
console.log(JSON.stringify({ table, resources }))
for (const one of [latch, bare, slackOAuth, betterAuth]) one.signal('SIGTERM')
await Promise.all([latch, bare, slackOAuth, betterAuth].map(({ finished }) => finished))
removeTempDirs()
process.exit()
