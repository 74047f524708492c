import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'

const service = await startService()
const { link, consent, open } = service
afterAll(() => service.stop())

describe('the log of a callback', () => {
  const lines = () =>
    service.logged.filter(({ message }) => message === 'callback').map(({ fields }) => fields)

  test('names the link, whom it is for, and why it failed, and never the code', async () => {
    const body = { ...SAMPLE_BODY, context: { key: 'logged' } }
    const made = await service.api('POST', LINK_PATH, body)
    const linkId = made.headers.get('latch-link-id')
    const link = new URL((made.body as { url: string }).url)
    const about = {
      linkId,
      provider: 'slack',
      integration: SANDBOX.integrationIdentifier,
      environmentId: expect.stringMatching(/^[0-9a-f]{24}$/),
      subscriberId: SANDBOX.subscriberId,
    }
    const headers = { accept: 'text/html', 'x-request-id': 'denied' }
    await open(await consent(link, { decision: 'deny' }), headers)
    expect(lines().at(-1)).toEqual({
      ...about,
      requestId: 'denied',
      outcome: 'authorization_error',
      reason: 'access_denied',
      providerError: 'access_denied',
    })
    await open(await consent(link), { accept: 'text/html', 'x-request-id': 'allowed' })
    expect(lines().at(-1)).toEqual({ ...about, requestId: 'allowed', outcome: 'linked' })
  })

  test('of a state that latch did not create names no link, and says what is wrong with the state', async () => {
    const forged = new URL(await consent(await link()))
    forged.searchParams.set('state', `${forged.searchParams.get('state')}x`)
    await open(forged.toString(), { accept: 'text/html', 'x-request-id': 'forged' })
    expect(lines().at(-1)).toEqual({
      requestId: 'forged',
      outcome: 'state_invalid',
      reason: 'state_invalid',
      problem: expect.stringMatching(/^(bad_signature|malformed)$/),
    })
  })

  test('is a warning if an operator can do something about it', async () => {
    const callback = await consent(await link({ context: { key: 'down' } }))
    service.slackAnswers.push(() => new Response('no', { status: 503 }))
    await open(callback)
    const told = service.logged.filter(({ message }) => message === 'callback').at(-1)
    expect(told).toMatchObject({ level: 'warn', fields: { providerError: 'status 503' } })
  })
})
