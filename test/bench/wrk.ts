import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What one run of wrk measured. */
export type Load = { requestsPerSecond: number; p99Ms: number; requests: number; failed: number }

export const CONNECTIONS = 64

/** Loads `url` as the Lua script says, for some seconds. */
export async function wrk(url: string, script: string, seconds = 1): Promise<Load> {
  const child = Bun.spawn(
    ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', '-s', script, url],
    { stdout: 'pipe' },
  )
  const text = await new Response(child.stdout).text()
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)
  const [, p99 = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? []
  const scale = { us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN
  return {
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(p99) * scale,
    requests: number(/(\d+) requests in/),
    failed: number(/Non-2xx or 3xx responses: (\d+)/) || 0,
  }
}

/** A script that sends the same body again and again; `more` is Lua. */
export function postScript(folder: string, name: string, body: unknown, more = ''): string {
  const file = join(folder, `${name}.lua`)
  const lines = [
    'wrk.method = "POST"',
    `wrk.body = '${JSON.stringify(body)}'`,
    'wrk.headers["Content-Type"] = "application/json"',
    more,
  ]
  writeFileSync(file, lines.join('\n'))
  return file
}

/** With a header of its own for each request. */
export const FRESH_KEYS = `local seed, count = tostring({}), 0
function request()
  count = count + 1
  wrk.headers["Idempotency-Key"] = seed .. count
  return wrk.format()
end`

export const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
