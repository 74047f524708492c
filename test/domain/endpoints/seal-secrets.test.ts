import { describe, expect, test } from 'bun:test'
import { readDatabase } from '../../harness/read-database.ts'
import { SAMPLE_BODY, startService, type TestService } from '../../harness/service.ts'

const URL_OF_WEBHOOK = 'https://hooks.example.com/services/T0ACME0001/B0ACME/x7Kq'

const createWebhook = (service: TestService, url = URL_OF_WEBHOOK) =>
  service.api('POST', '/v1/channel-endpoints', {
    identifier: 'hook',
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
  })
})
