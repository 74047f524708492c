import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { type CommandOptions, defineCommand } from './define-command.ts'
import { withUnusedDataDir } from './options.ts'

type OpenApiOptions = CommandOptions & { yaml?: boolean }

/** Prints the API description that `/openapi.json` and `/openapi.yaml` serve. */
export const openapiCommand = defineCommand({
  name: 'openapi',
  description: 'print the API description (OpenAPI 3.1)',
  declare: (command) =>
    withUnusedDataDir(command)
      .option('--yaml', 'print YAML instead of JSON')
      .option('--public-url <url>', 'the server address to put into it (LATCH_PUBLIC_URL)'),
  examples: ['latch openapi > openapi.json', 'latch openapi --yaml'],
  run: async ({ yaml, publicUrl }: OpenApiOptions) => {
    const address = publicUrl ?? process.env['LATCH_PUBLIC_URL'] ?? 'http://127.0.0.1:4400'
    console.log(await describeApi(address, yaml ? 'yaml' : 'json'))
    return 0
  },
})

/** The description is generated from the routes, so this starts a latch on a temporary directory. */
async function describeApi(publicUrl: string, format: 'json' | 'yaml'): Promise<string> {
  const { createApp } = await import('../app.ts')
  const { startLatch } = await import('./start.ts')
  const dataDir = await mkdtemp(join(tmpdir(), 'latch-openapi-'))
  const flags = { host: '127.0.0.1', port: '0', publicUrl, dataDir }
  const settings = readConfig({ LATCH_LOG_LEVEL: 'silent' }, flags, { dataDir })
  try {
    const { deps, stop } = await startLatch(settings, async () => {})
    try {
      const request = new Request(`${deps.config.publicUrl}/openapi.${format}`)
      const response = await createApp(deps, () => '127.0.0.1').fetch(request)
      return await response.text()
    } finally {
      await stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
