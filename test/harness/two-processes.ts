import { join } from 'node:path'
import { type HranaServer, startHranaServer } from './hrana-server.ts'
import { startService, type TestService } from './service.ts'
import { tempDir } from './temp-dir.ts'

/** A libSQL server on a file. */
export const startServer = (): HranaServer =>
  startHranaServer(join(tempDir(), 'server.db'), 'sesame')

/** The environment of a latch that uses it. */
export const environmentOf = (server: HranaServer, more: Record<string, string> = {}) => ({
  LATCH_DATABASE_URL: server.url,
  LATCH_DATABASE_AUTH_TOKEN: 'sesame',
  LATCH_SECRET_KEY: 'cd'.repeat(32),
  // As behind one name: a link that one made comes back to the other.
  ...more,
})

/** Two processes that share a server, and the stand-ins of the first. */
export async function startTwo(): Promise<{
  server: HranaServer
  one: TestService
  two: TestService
}> {
  const server = startServer()
  const one = await startService(environmentOf(server))
  const two = await startService(
    environmentOf(server, {
      LATCH_PUBLIC_URL: one.url,
      LATCH_SLACK_URL: one.slackUrl,
      LATCH_ENTRA_URL: one.entraUrl,
      LATCH_GRAPH_URL: `${one.entraUrl}/graph`,
    }),
  )
  return { server, one, two }
}

export async function stopAll({
  server,
  one,
  two,
}: Awaited<ReturnType<typeof startTwo>>): Promise<void> {
  await Promise.all([one.stop(), two.stop()])
  await server.stop()
}

/** The second listens elsewhere than it says. */
export const own = (service: TestService): string => service.listensAt
