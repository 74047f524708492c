import { readConfig } from '../../src/config.ts'
import type { Route } from '../../src/http/routes.ts'
import { tempDir } from './temp-dir.ts'

/** The routes of this source, which the executable is made of. */
export async function sourceRoutes(): Promise<readonly Route[]> {
  const { startLatch } = await import('../../src/commands/start.ts')
  const environment = { LATCH_LOG_LEVEL: 'silent', LATCH_PORT: '0' }
  const settings = readConfig(environment, {}, { dataDir: tempDir() })
  const { routes, stop } = await startLatch(settings, async () => {})
  await stop()
  return routes
}
