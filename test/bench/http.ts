import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latchBinary } from '../harness/binary.ts'
import { start } from '../harness/process.ts'
import { LINK_PATH, SAMPLE_BODY } from '../harness/service.ts'
import { removeTempDirs, tempDir } from '../harness/temp-dir.ts'

/**
 * The link route of the real binary against a bare handler, by wrk, alternating in one run: these
 * machines are noisy, and only ratios within a run mean anything.
 */
const ROUNDS = 3
const SECONDS = 3
const CONNECTIONS = 64

type Load = { requestsPerSecond: number; p99Ms: number; failed: number }

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

async function wrk(url: string, file: string): Promise<Load> {
  const child = Bun.spawn(
    ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', '-s', file, url],
    { stdout: 'pipe' },
  )
  const text = await new Response(child.stdout).text()
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)
  const [, p99 = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? []
  const scale = { us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN
  return {
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(p99) * scale,
    failed: number(/Non-2xx or 3xx responses: (\d+)/) || 0,
  }
}

const bare = await start([process.execPath, join(import.meta.dir, 'bare.ts')], { cwd: folder })
const startedAt = performance.now()
const latch = await start(
  [await latchBinary(), 'sandbox', '--json', '--port', '0', '--data-dir', join(folder, 'data')],
  { cwd: folder, env: { LATCH_RATE_LIMIT_GLOBAL: '1000000' } },
)
const startMs = performance.now() - startedAt
const facts = JSON.parse(latch.firstLine) as { url: string; apiKey: string }

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
}

const measured = new Map<string, Load[]>(Object.keys(cases).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, load] of Object.entries(cases)) measured.get(name)?.push(await load())
}
const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
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
console.log(JSON.stringify({ startMs: Math.round(startMs), table }))
latch.signal('SIGTERM')
bare.signal('SIGTERM')
await Promise.all([latch.finished, bare.finished])
removeTempDirs()
