import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { ADELE, MEGAN, startExplaining } from './explaining.ts'

const { service, explain, make, teams, connectTeams, follow } = await startExplaining()
const { consent, open } = service
afterAll(() => service.stop())

test('a link that nobody has followed waits, says so, and then expires', async () => {
  const { id } = await make()
  expect((await explain(id)).links).toMatchObject([
    { status: 'waiting', usable: true, why: { reason: 'not_completed' } },
  ])
  service.advance(301_000)
  expect((await explain(id)).links).toMatchObject([
    {
      status: 'expired',
      usable: false,
      why: { reason: 'not_completed' },
      steps: [{ what: 'made' }, { what: 'expired' }],
    },
  ])
  service.advance(-301_000)
})

test('a link to which the user comes too late is explained', async () => {
  const link = await make()
  const callback = await consent(link.url)
  service.advance(301_000)
  await open(callback)
  const { links } = await explain(link.id)
  service.advance(-301_000)
  expect(links).toMatchObject([
    {
      status: 'expired',
      usable: false,
      why: { reason: 'link_expired', remedy: expect.stringContaining('when the user clicks') },
      steps: [{ what: 'made' }, { what: 'expired' }, { what: 'link.failed' }],
    },
  ])
})

describe('a link that was stored is explained, and what is still missing of it, where', () => {
  test('all is well', async () => {
    const { links } = await explain(await follow(await make()))
    expect(links).toMatchObject([
      {
        environment: expect.any(String),
        status: 'linked',
        usable: false,
        integration: SANDBOX.integrationIdentifier,
        provider: 'Slack',
        subscriberId: SANDBOX.subscriberId,
        why: null,
        steps: [
          { what: 'made', requestId: null },
          { what: 'endpoint.linked', stored: expect.stringMatching(/^chendp_/), why: null },
        ],
      },
    ])
  })

  // docs/providers.md#entra-admin-consent-responses
  test('nothing came of the consent that Entra claims', async () => {
    await service.fault('entra', 'missing_consent')
    const { links } = await explain(await follow(await connectTeams(), { user: ADELE }))
    expect(links).toMatchObject([
      {
        status: 'connected',
        why: {
          reason: 'consent_pending',
          providerError: expect.stringContaining('No application permission'),
          remedy: expect.stringContaining('administrator'),
        },
      },
    ])
  })

  // docs/providers.md#entra-consent-takes-time
  test('the bot cannot be put into the chat yet', async () => {
    const { links } = await explain(await follow(await teams(), { user: MEGAN }))
    expect(links).toMatchObject([{ status: 'linked', why: { reason: 'not_reachable_yet' } }])
  })
})
