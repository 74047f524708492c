import { afterAll, describe, expect, test } from 'bun:test'
import { claimCallback, sameBrowser } from '../../harness/attempts.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
const { link, consent, open, endpoints } = service
afterAll(() => service.stop())

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
    const again = await open(callback, sameBrowser(page))
    expect(again.status).toBe(200)
    expect(again.text).toContain('all set')
    const elsewhere = await open(callback)
    expect([elsewhere.status, elsewhere.text.includes('all set')]).toEqual([200, false])
    expect(await endpoints()).toEqual([stored ?? {}])
    expect(service.slackRequests.length).toBe(requests)
  })

  // docs/decisions/0011-linking-again.md
  test('again, as the same user, keeps the endpoint; as another one, it changes nothing', async () => {
    const [before] = await endpoints()
    const again = await link({ context: { key: 'org-acme' } })
    expect((await open(await consent(again))).status).toBe(200)
    const other = await link({ context: { key: 'org-acme' } })
    const page = await open(await consent(other, { user: 'U0GRACE002' }))
    expect([page.status, page.text.includes('Already linked')]).toEqual([409, true])
    expect(page.text).toContain('unlink the other in the app first')
    const [after, ...others] = await endpoints()
    expect(others).toEqual([])
    expect(after?.['identifier']).toBe(before?.['identifier'])
    expect(after?.['endpoint']).toEqual({ userId: 'U0ADA00001' })
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
    const again = await open(callback, sameBrowser(page))
    expect(again.status).toBe(409)
    expect(again.text).toContain('You chose Other Company')
  })

  // docs/decisions/0007-single-use-links.md
  // docs/providers.md#repeated-callbacks
  test('of 50 callbacks at once, one exchanges the code and the others say that it is done', async () => {
    const callback = await consent(await link({ context: { key: 'crowd' } }))
    const before = service.slackRequests.length
    const pages = await Promise.all(Array.from({ length: 50 }, () => open(callback)))
    expect(pages.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(pages.filter(({ text }) => text.includes('all set'))).toHaveLength(1)
    expect(pages.filter(({ text }) => text.includes('This is done'))).toHaveLength(49)
    expect(service.slackRequests.length - before).toBe(1)
    expect(await endpoints('contextKeys=key:crowd')).toHaveLength(1)
  })
})

describe('without a named connection', () => {
  test('the one of the workspace is used', async () => {
    await open(await consent(await link({ connectionIdentifier: null })))
    const linked = await endpoints()
    const [stored] = linked.filter(({ contextKeys }) => String(contextKeys) === '')
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
    const again = await open(callback, sameBrowser(page))
    expect([again.status, again.text.includes('invalid_code')]).toEqual([400, true])
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
      expect(page.text).toContain('Slack said: invalid response: ')
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
    expect((await open(callback, sameBrowser(page))).status).toBe(502)
  })

  test('whoever waits for another request that does not end is told that it is still running', async () => {
    const callback = await consent(await link({ context: { key: 'waiting' } }))
    // The claim of another request, which asks the provider for long.
    await claimCallback(service.deps, callback)
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
    await claimCallback(service.deps, callback)
    service.advance(31_000)
    const page = await open(callback)
    expect(page.status).toBe(409)
    expect(page.text).toContain('We lost the thread')
    expect(await endpoints('contextKeys=key:crashed')).toEqual([])
  })
})
