/** What one run of wrk measured. */
export type Load = { requestsPerSecond: number; p99Ms: number; failed: number }

export const CONNECTIONS = 64

/** Loads `url` as the Lua script says, for some seconds. */
export async function wrk(url: string, script: string, seconds = 3): Promise<Load> {
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
    failed: number(/Non-2xx or 3xx responses: (\d+)/) || 0,
  }
}

export const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
