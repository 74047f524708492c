import { expect, test } from 'bun:test'
import { Novu } from '@novu/api'
import { ErrorDto, ValidationErrorDto } from '@novu/api/models/errors'
import { SANDBOX } from '../harness/sandbox.ts'
import { API_KEY, startService } from '../harness/service.ts'

const service = await startService()
const novu = new Novu({
  secretKey: API_KEY,
  serverURL: service.url,
  retryConfig: { strategy: 'none' },
})

/** The contract's own TypeScript sample, with the sandbox's integration for its placeholder. */
const SAMPLE = {
  subscriberId: 'subscriber-123',
  integrationIdentifier: SANDBOX.integrationIdentifier,
  connectionIdentifier: 'slack-connection-abc123',
  context: { key: 'org-acme' },
  userScope: ['identity.basic'],
}

test("Novu's SDK asks for a link, and reads who consented", async () => {
  const { result } = await novu.integrations.generateLinkUserOAuthUrl(SAMPLE)
  await service.open(await service.consent(new URL(result.url)))
  const list = await novu.channelEndpoints.list({ subscriberId: SAMPLE.subscriberId })
  expect(list.result.data).toHaveLength(1)
  expect(list.result.data[0]).toMatchObject({
    type: 'slack_user',
    endpoint: { userId: 'U0ADA00001' },
    subscriberId: SAMPLE.subscriberId,
    integrationIdentifier: SAMPLE.integrationIdentifier,
    connectionIdentifier: SAMPLE.connectionIdentifier,
    contextKeys: ['key:org-acme'],
    channel: 'chat',
    providerId: 'slack',
  })
})

test("Novu's SDK sets up an integration and a subscriber of its own", async () => {
  const { result: integration } = await novu.integrations.create({
    providerId: 'slack',
    channel: 'chat',
    identifier: 'second',
    credentials: { clientId: '1.2', secretKey: 'secret' },
  })
  expect(integration).toMatchObject({ identifier: 'second', name: 'Slack', providerId: 'slack' })
  expect(integration.credentials).toBeUndefined()
  const { result: subscriber } = await novu.subscribers.create({
    subscriberId: 'ada@example.com',
    firstName: 'Ada',
  })
  expect(subscriber).toMatchObject({ subscriberId: 'ada@example.com', firstName: 'Ada' })
  const { result: link } = await novu.integrations.generateLinkUserOAuthUrl({
    subscriberId: 'ada@example.com',
    integrationIdentifier: 'second',
  })
  expect(link.url).toContain('client_id=1.2')
})

test("Novu's SDK maps latch's errors to its own classes", async () => {
  const unknown = await novu.integrations
    .generateLinkUserOAuthUrl({ ...SAMPLE, subscriberId: 'nobody' })
    .catch((error: unknown) => error)
  expect(unknown).toBeInstanceOf(ErrorDto)
  expect(unknown).toMatchObject({ statusCode: 404, message: 'Subscriber not found: nobody' })

  const invalid = await novu.integrations
    .generateLinkUserOAuthUrl({ ...SAMPLE, subscriberId: '' })
    .catch((error: unknown) => error)
  expect(invalid).toBeInstanceOf(ValidationErrorDto)
  expect(invalid).toMatchObject({
    errors: { subscriberId: { messages: ['subscriberId is required for link_user'] } },
  })
})
