import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import type { CommandOptions, ExitCode } from './command.ts'
import { startLatch } from './start.ts'

export type OpenApiOptions = CommandOptions & { yaml?: boolean }

/**
 * Prints the API's description, as `/openapi.json` tells it: from the routes themselves, and so of a
 * latch that is started for it, with no data and for nobody else.
 */
export async function printOpenApi({ yaml, publicUrl }: OpenApiOptions): Promise<ExitCode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latch-openapi-'))
  const address = publicUrl ?? process.env['LATCH_PUBLIC_URL'] ?? 'http://127.0.0.1:4400'
  const flags = { host: '127.0.0.1', port: '0', publicUrl: address, dataDir }
  const settings = readConfig({ LATCH_LOG_LEVEL: 'silent' }, flags, { dataDir })
  try {
    const { deps, stop } = await startLatch(settings, async () => {})
    try {
      const request = new Request(`${deps.config.publicUrl}/openapi.${yaml ? 'yaml' : 'json'}`)
      const response = await createApp(deps, () => '127.0.0.1').fetch(request)
      console.log(await response.text())
    } finally {
      await stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
  return 0
}
