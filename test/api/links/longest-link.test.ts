import { afterAll, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

// docs/decisions/0006-signed-state.md
const service = await startService({ LATCH_AUTO_CREATE_SUBSCRIBERS: 'true' })
afterAll(() => service.stop())

/** What latch and Bun accept of an address; a code of Entra can have 2,000 characters of it. */
const MAX_CALLBACK = 8192 - 2000

const WIDE = '漢'

test('the longest link that can be made can be completed', async () => {
  const subscriberId = `${WIDE.repeat(252)}@a.b`
  const connectionIdentifier = WIDE.repeat(300)
  const context = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`${index}`.padEnd(100, 't'), 'i'.repeat(100)]),
  )
  const made = await service.api('POST', '/v1/channel-connections', {
    integrationIdentifier: 'slack',
    identifier: connectionIdentifier,
    subscriberId,
    workspace: { id: 'T0ACME0001' },
    auth: { accessToken: 'xoxb-longest' },
  })
  expect(made.status).toBe(201)
  const display = WIDE.repeat(80)
  const link = await service.link({ subscriberId, connectionIdentifier, context, display })
  const callback = await service.consent(link, { user: 'U0ADA00001' })
  expect(callback.length).toBeLessThan(MAX_CALLBACK)
  expect((await service.open(callback)).status).toBe(200)
  expect(await service.endpoints(`subscriberId=${encodeURIComponent(subscriberId)}`)).toEqual([
    expect.objectContaining({ subscriberId, connectionIdentifier }),
  ])
})
