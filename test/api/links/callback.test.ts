import { describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { LINK_PATH, SAMPLE_BODY, startService } from '../../harness/service.ts'

const service = await startService()
const { link, consent, open, endpoints } = service

/** What must hold after every callback that was refused. */
async function expectNothingStored(requestsBefore: number): Promise<void> {
  expect(await endpoints()).toEqual([])
  expect(service.slackRequests.length).toBe(requestsBefore)
}

// docs/providers.md#callbacks-without-a-state
// docs/decisions/0008-callback-order.md
describe('a callback that is refused stores nothing and asks Slack nothing', () => {
  const refused: [string, (good: URL) => string | URL, number, string][] = [
    ['a forged state', (good) => withParameter(good, 'state', 'a.b.c'), 400, 'not valid'],
    ['an altered state', (good) => withParameter(good, 'state', alter(good)), 400, 'not valid'],
    ['no state', (good) => withParameter(good, 'state', null), 400, 'not valid'],
    ['no code', (good) => withParameter(good, 'code', null), 400, 'not valid'],
    ['a parameter that comes twice', (good) => `${good}&state=other`, 400, 'not valid'],
    ['a refusal', (good) => withParameter(good, 'error', 'access_denied'), 400, 'Cancelled'],
    [
      'a refusal that claims admin consent',
      (good) => `${withParameter(good, 'error', 'access_denied')}&admin_consent=True`,
      400,
      'Cancelled',
    ],
    [
      'another error of the provider',
      (good) => withParameter(good, 'error', 'server_error'),
      400,
      'That did not work',
    ],
  ]
  for (const [name, change, status, heading] of refused) {
    test(name, async () => {
      const good = new URL(await consent(await link()))
      const before = service.slackRequests.length
      const page = await open(change(good).toString())
      expect(page.status).toBe(status)
      expect(page.headers.get('content-type')).toStartWith('text/html')
      expect(page.text).toContain(heading)
      expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no request id')
      await expectNothingStored(before)
    })
  }

  test('a state that is five minutes old passes, a moment later it has expired', async () => {
    const early = await consent(await link())
    const before = service.slackRequests.length
    service.advance(300_000 + 1000)
    const page = await open(early)
    expect(page.status).toBe(400)
    expect(page.text).toContain('This link has expired')
    await expectNothingStored(before)
  })

  test('a state from the future', async () => {
    const callback = await consent(await link())
    const before = service.slackRequests.length
    service.advance(-120_000)
    const page = await open(callback)
    service.advance(120_000)
    expect(page.status).toBe(400)
    expect(page.text).toContain('not valid')
    await expectNothingStored(before)
  })

  for (const header of ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']) {
    // docs/providers.md#prefetches-and-link-previews
    test(`a prefetch, by ${header} alone, spends nothing`, async () => {
      const callback = await consent(await link())
      const before = service.slackRequests.length
      const answer = await open(callback, { accept: 'text/html', [header]: 'prefetch' })
      expect(answer.status).toBe(204)
      await expectNothingStored(before)
    })
  }

  test('a HEAD request spends nothing', async () => {
    const callback = await consent(await link())
    const before = service.slackRequests.length
    const response = await fetch(callback, { method: 'HEAD' })
    expect(response.status).toBe(204)
    await expectNothingStored(before)
  })

  test('what is not a browser gets the ErrorDto, without code or state', async () => {
    const good = new URL(await consent(await link()))
    const answer = await open(withParameter(good, 'state', 'forged').toString(), {
      accept: 'application/json',
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      statusCode: 400,
      message: 'Invalid OAuth state parameter',
      path: '/v1/integrations/chat/oauth/callback',
    })
    expect(answer.text).not.toContain(String(good.searchParams.get('code')))
  })
})

describe('a link that was consented to', () => {
  // docs/decisions/0007-single-use-links.md
  // docs/providers.md#repeated-callbacks
  test('is stored once, and a replay changes nothing', async () => {
    const callback = await consent(await link({ context: { key: 'org-acme' } }))
    const page = await open(callback)
    expect(page.status).toBe(200)
    expect(page.text).toContain('all set')
    const [stored, ...others] = await endpoints()
    expect(others).toEqual([])
    expect(stored).toMatchObject({
      type: 'slack_user',
      endpoint: { userId: 'U0ADA00001' },
      subscriberId: SANDBOX.subscriberId,
      integrationIdentifier: SANDBOX.integrationIdentifier,
      connectionIdentifier: SANDBOX.connectionIdentifier,
      contextKeys: ['key:org-acme'],
      providerId: 'slack',
      channel: 'chat',
    })
    expect(stored?.['identifier']).toMatch(/^chendp_[A-Za-z0-9]{12}$/)

    const requests = service.slackRequests.length
    service.advance(10 * 60_000)
    const again = await open(callback)
    expect(again.status).toBe(200)
    expect(again.text).toContain('all set')
    expect(await endpoints()).toEqual([stored ?? {}])
    expect(service.slackRequests.length).toBe(requests)
  })

  // docs/decisions/0011-linking-again.md
  test('again, as somebody else, keeps the endpoint and takes the new identity', async () => {
    const [before] = await endpoints()
    await open(await consent(await link({ context: { key: 'org-acme' } }), { user: 'U0GRACE002' }))
    const [after, ...others] = await endpoints()
    expect(others).toEqual([])
    expect(after?.['identifier']).toBe(before?.['identifier'])
    expect(after?.['endpoint']).toEqual({ userId: 'U0GRACE002' })
  })

  // docs/decisions/0010-workspaces.md
  // docs/providers.md#slack-user-and-team-ids
  test('in another workspace than the connection says is refused, and named', async () => {
    const callback = await consent(await link({ context: { key: 'other' } }), {
      user: 'U0MALLORY4',
    })
    const page = await open(callback)
    expect(page.status).toBe(409)
    expect(page.text).toContain('this link is for Acme Corp')
    expect(page.text).toContain('You chose Other Company')
    expect(await endpoints('contextKeys=key:other')).toEqual([])
    const again = await open(callback)
    expect(again.status).toBe(409)
  })

  // docs/decisions/0007-single-use-links.md
  // docs/providers.md#repeated-callbacks
  test('of 50 callbacks at once, one exchanges the code and all tell the same', async () => {
    const callback = await consent(await link({ context: { key: 'crowd' } }))
    const before = service.slackRequests.length
    const pages = await Promise.all(Array.from({ length: 50 }, () => open(callback)))
    expect(pages.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(service.slackRequests.length - before).toBe(1)
    expect(await endpoints('contextKeys=key:crowd')).toHaveLength(1)
  })
})

describe('without a named connection', () => {
  test('the one of the workspace is used', async () => {
    await open(await consent(await link({ connectionIdentifier: null, context: { key: 'known' } })))
    const [stored] = await endpoints('contextKeys=key:known')
    expect(stored?.['connectionIdentifier']).toBe(SANDBOX.connectionIdentifier)
  })

  test('of a workspace that is new, users who link at once share one new connection', async () => {
    const callbacks = await Promise.all(
      ['one', 'two', 'three'].map(async (key) =>
        consent(await link({ connectionIdentifier: null, context: { key } }), {
          user: 'U0MALLORY4',
        }),
      ),
    )
    await Promise.all(callbacks.map((callback) => open(callback)))
    const stored = (
      await Promise.all(['one', 'two', 'three'].map((key) => endpoints(`contextKeys=key:${key}`)))
    ).flat()
    expect(stored).toHaveLength(3)
    const connections = new Set(stored.map((endpoint) => endpoint['connectionIdentifier']))
    expect(connections.size).toBe(1)
    expect([...connections][0]).toMatch(/^chconn_[A-Za-z0-9]{12}$/)
  })
})

describe('when Slack fails', () => {
  test('a code that it refuses is told, stored, and not tried again', async () => {
    const callback = await consent(await link({ context: { key: 'refused' } }))
    service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_code' }))
    const page = await open(callback)
    expect(page.status).toBe(400)
    expect(page.text).toContain('invalid_code')
    const requests = service.slackRequests.length
    expect((await open(callback)).status).toBe(400)
    expect(service.slackRequests.length).toBe(requests)
    expect(await endpoints('contextKeys=key:refused')).toEqual([])
  })

  const unstorable: [string, object, object][] = [
    ['U+0000 in the id of the workspace', {}, { id: 'T0NEW\0evil', name: 'New' }],
    ['half a surrogate pair in its name', {}, { id: 'T0NEW', name: 'New \ud800' }],
    ['a name that is too long', {}, { id: 'T0NEW', name: 'N'.repeat(1001) }],
    ['U+0000 in the id of the user', { id: 'U0\0evil' }, { id: 'T0NEW', name: 'New' }],
    ['an id of the user that is too long', { id: 'U'.repeat(257) }, { id: 'T0NEW', name: 'New' }],
  ]
  for (const [index, [what, user, team]] of unstorable.entries()) {
    test(`an answer with ${what} is refused, and nothing of it stored`, async () => {
      const context = { key: `unstorable-${index}` }
      const callback = await consent(await link({ connectionIdentifier: null, context }))
      const authed_user = { id: 'U0NEW', access_token: 'xoxp-new', ...user }
      service.slackAnswers.push(() => Response.json({ ok: true, authed_user, team }))
      const page = await open(callback)
      expect(page.status).toBe(400)
      expect(page.text).toContain('Slack said: in its answer, ')
      expect(await endpoints(`contextKeys=key:unstorable-${index}`)).toEqual([])
      const { text } = await service.api('GET', '/v1/channel-connections?limit=100')
      expect(text).not.toContain('T0NEW')
    })
  }

  test('an answer that makes no sense leaves nothing half written', async () => {
    const callback = await consent(await link({ context: { key: 'garbage' } }))
    service.slackAnswers.push(() => new Response('<html>500', { status: 500 }))
    const page = await open(callback)
    expect(page.status).toBe(502)
    expect(page.text).toContain('Slack is not answering')
    expect(await endpoints('contextKeys=key:garbage')).toEqual([])
    expect((await open(callback)).status).toBe(502)
  })

  test('whoever waits for another request that does not end is told that it is still running', async () => {
    const callback = await consent(await link({ context: { key: 'waiting' } }))
    // The claim of another request, which asks the provider for long.
    const verified = await service.deps.states.verify(
      String(new URL(callback).searchParams.get('state')),
      service.deps.clock(),
    )
    if (verified.kind !== 'valid') throw new Error(verified.kind)
    const { jti, environmentId } = verified.claims
    const claimedAtMs = service.deps.clock()
    await service.deps.store.spentStates.claim({ jti, environmentId, claimedAtMs })
    const startedMs = performance.now()
    const response = await fetch(callback, { headers: { accept: 'application/json' } })
    expect(performance.now() - startedMs).toBeGreaterThan(14_000)
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { ctx: { code: 'still_running' } },
    ])
  }, 30_000)

  // docs/providers.md#interrupted-links
  test('a claim with no outcome, as a crash leaves it, ends as interrupted', async () => {
    const good = await link({ context: { key: 'crashed' } })
    const callback = await consent(good)
    const verified = await service.deps.states.verify(
      String(good.searchParams.get('state')),
      service.deps.clock(),
    )
    if (verified.kind !== 'valid') throw new Error(verified.kind)
    const { jti, environmentId } = verified.claims
    const claimedAtMs = service.deps.clock()
    await service.deps.store.spentStates.claim({ jti, environmentId, claimedAtMs })
    service.advance(31_000)
    const page = await open(callback)
    expect(page.status).toBe(409)
    expect(page.text).toContain('We lost the thread')
    expect(await endpoints('contextKeys=key:crashed')).toEqual([])
  })
})

function withParameter(callback: URL, name: string, value: string | null): URL {
  const changed = new URL(callback)
  if (value === null) changed.searchParams.delete(name)
  else changed.searchParams.set(name, value)
  return changed
}

function alter(callback: URL): string {
  const state = String(callback.searchParams.get('state'))
  return state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A')
}

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

  test('of a state that is not ours has no link, and says what is wrong with it', async () => {
    const good = new URL(await consent(await link()))
    await open(withParameter(good, 'state', alter(good)).toString(), {
      accept: 'text/html',
      'x-request-id': 'forged',
    })
    expect(lines().at(-1)).toEqual({
      requestId: 'forged',
      outcome: 'state_invalid',
      reason: 'state_invalid',
      problem: expect.stringMatching(/^(bad_signature|malformed)$/),
    })
  })

  test('is a warning where an operator can do something about it', async () => {
    const callback = await consent(await link({ context: { key: 'down' } }))
    service.slackAnswers.push(() => new Response('no', { status: 503 }))
    await open(callback)
    const told = service.logged.filter(({ message }) => message === 'callback').at(-1)
    expect(told).toMatchObject({ level: 'warn', fields: { providerError: 'status 503' } })
  })
})
