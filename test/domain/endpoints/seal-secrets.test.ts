import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealEndpointSecrets } from '../../../src/domain/endpoints/seal-secrets.ts'
import { startHranaServer } from '../../harness/hrana-server.ts'
import { readDatabase } from '../../harness/read-database.ts'
import { SAMPLE_BODY, startService, type TestService } from '../../harness/service.ts'
import { tempDir } from '../../harness/temp-dir.ts'
import { environmentOf } from '../../harness/two-processes.ts'

const URL_OF_WEBHOOK = 'https://hooks.example.com/services/T0ACME0001/B0ACME/x7Kq'

const createWebhook = (service: TestService, url = URL_OF_WEBHOOK, identifier = 'hook') =>
  service.api('POST', '/v1/channel-endpoints', {
    identifier,
    type: 'webhook',
    endpoint: { url, channel: '#general' },
    subscriberId: SAMPLE_BODY.subscriberId,
    integrationIdentifier: SAMPLE_BODY.integrationIdentifier,
  })

const storedValues = (file: string): string =>
  readDatabase(file, ({ tables, rows }) =>
    JSON.stringify(tables().map((table) => rows(`select * from "${table}"`))),
  )

const shown = async (service: TestService): Promise<unknown> =>
  (await service.api('GET', '/v1/channel-endpoints/hook')).body

describe('the URL of a webhook', () => {
  test('is sealed wherever it is stored, also after it was replaced', async () => {
    const service = await startService()
    expect((await createWebhook(service)).status).toBe(201)
    const replaced = `${URL_OF_WEBHOOK}/replaced`
    for (const [url, change] of [
      [URL_OF_WEBHOOK, null],
      [replaced, { endpoint: { url: replaced } }],
    ] as const) {
      if (change !== null) {
        const { status } = await service.api('PATCH', '/v1/channel-endpoints/hook', change)
        expect(status).toBe(200)
      }
      expect(await shown(service)).toMatchObject({ type: 'webhook', endpoint: { url } })
      expect(storedValues(service.databaseFile)).not.toContain('hooks.example.com')
    }
    await service.stop()
  })

  test('that an earlier version stored in clear is sealed at the next start', async () => {
    const service = await startService()
    expect((await createWebhook(service)).status).toBe(201)
    // More than fit on a page of the database: some of them leave it.
    for (let number = 0; number < 30; number += 1) {
      await createWebhook(service, URL_OF_WEBHOOK, `more${number}`)
    }
    const before = await shown(service)
    await service.stop()
    const value = JSON.stringify({ url: URL_OF_WEBHOOK, channel: '#general' })
    readDatabase(service.databaseFile, ({ rows }) =>
      rows(
        `update channel_endpoints set secret_sealed = null, endpoint = '${value}' returning identifier`,
      ),
    )
    expect(storedValues(service.databaseFile)).toContain('hooks.example.com')

    const next = await startService({}, service.dataDir)
    expect(storedValues(next.databaseFile)).not.toContain('hooks.example.com')
    expect(await shown(next)).toEqual(before)
    await next.stop()
    // A server has its own file, and its own means to rewrite it.
    if (next.databaseFile.endsWith('latch.db')) {
      expect(readFileSync(next.databaseFile).includes('hooks.example.com')).toBe(false)
    }
  })

  test('is a reason to rewrite the file once it is sealed, and not at each later start', async () => {
    const service = await startService()
    await createWebhook(service)
    readDatabase(service.databaseFile, ({ rows }) =>
      rows('update channel_endpoints set secret_sealed = null returning identifier'),
    )
    const { store, log } = service.deps
    let rewrites = 0
    const rewrite = async (): Promise<void> => {
      rewrites += 1
    }
    const watched = { log, store: { ...store, rewrite } }
    await sealEndpointSecrets(watched)
    expect(rewrites).toBe(1)
    await sealEndpointSecrets(watched)
    expect(rewrites).toBe(1)
    await service.stop()
  })

  test('is sealed once by two processes that start at the same moment', async () => {
    const file = join(tempDir(), 'server.db')
    const server = startHranaServer(file, 'sesame')
    const service = await startService(environmentOf(server))
    for (let number = 0; number < 250; number += 1) {
      const made = await createWebhook(service, `${URL_OF_WEBHOOK}/${number}`, `hook${number}`)
      expect(made.status).toBe(201)
    }
    const list = async (of: TestService): Promise<unknown> => {
      const query = 'limit=100&integrationIdentifier=slack'
      return (await of.api('GET', `/v1/channel-endpoints?${query}`)).body
    }
    const before = await list(service)
    await service.stop()
    readDatabase(file, ({ rows }) =>
      rows(
        `update channel_endpoints set secret_sealed = null, endpoint = json_object('url', '${URL_OF_WEBHOOK}/' || substr(identifier, 5), 'channel', '#general') returning identifier`,
      ),
    )
    const both = await Promise.all([
      startService(environmentOf(server)),
      startService(environmentOf(server)),
    ])
    expect(storedValues(file)).not.toContain('hooks.example.com')
    for (const one of both) {
      expect(await list(one)).toEqual(before)
      await one.stop()
    }
    await server.stop()
  })
})
