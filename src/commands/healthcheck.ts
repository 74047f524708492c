import type { CommandOptions, ExitCode } from './command.ts'

const TIMEOUT_MS = 3000

/** Asks the service on this machine whether it is alive: for `HEALTHCHECK`, without curl. */
export async function healthcheck(options: CommandOptions): Promise<ExitCode> {
  const port = options.port ?? process.env['LATCH_PORT'] ?? '4400'
  const given = process.env['LATCH_HOST'] ?? '127.0.0.1'
  // Who listens on every address is asked on this machine's own.
  const host = given === '0.0.0.0' || given === '::' ? '127.0.0.1' : given
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.ok) return 0
    console.error(`latch: ${url} answered ${response.status}`)
  } catch (error) {
    console.error(
      `latch: ${url} does not answer: ${error instanceof Error ? error.message : error}`,
    )
  }
  return 1
}
