import { type CommandOptions, defineCommand } from './define-command.ts'
import { withUnusedDataDir } from './options.ts'

const TIMEOUT_MS = 3000

/** Checks the liveness of the service on this machine: for Docker's `HEALTHCHECK`, without curl. */
export const healthcheckCommand = defineCommand({
  name: 'healthcheck',
  description:
    'exit with 0 if the service on this machine responds, otherwise with 1 (for containers)',
  declare: (command) =>
    withUnusedDataDir(command).option('--port <port>', 'the port it listens on (LATCH_PORT)'),
  examples: ['latch healthcheck --port 4400'],
  run: async (options: CommandOptions) => {
    const port = options.port ?? process.env['LATCH_PORT'] ?? '4400'
    const given = process.env['LATCH_HOST'] ?? '127.0.0.1'
    // If it is bound to 0.0.0.0 or ::, probe loopback.
    const host = given === '0.0.0.0' || given === '::' ? '127.0.0.1' : given
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (response.ok) return 0
      console.error(`latch: ${url} responded with ${response.status}`)
    } catch (error) {
      console.error(
        `latch: ${url} does not respond: ${error instanceof Error ? error.message : error}`,
      )
    }
    return 1
  },
})
