import { afterAll, describe, expect, test } from 'bun:test'
import { sameBrowser } from '../../harness/attempts.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { createInstalls, installed, withToken } from './installs.ts'

const service = await startService()
const { api, open, endpoints } = service
afterAll(() => service.stop())
const { installing, asked, stored, statusOf } = await createInstalls(service)

describe('an install is stored when the user agrees, and not before', () => {
  test('on a page that names the workspace, the app, and who asked', async () => {
    const { name, callback, linkId } = await installing()
    const first = await open(callback)
    expect([first.status, await stored(name)]).toEqual([303, 404])
    expect(await statusOf(linkId)).toMatchObject({ status: 'waiting' })
    const page = await asked(first)
    for (const text of ['Acme Corp', 'Slack', 'Ada Lovelace', 'ada@example.com']) {
      expect(page.text).toContain(`<bdi>${text}`)
    }
    expect(page.boxes.size).toBe(0)
    expect(await stored(name)).toBe(404)
    const done = await page.send('yes')
    expect(done.status).toBe(200)
    expect(done.text).toContain('Your Slack workspace is connected and ready to use.')
    for (const text of ['Acme Corp', 'Ada Lovelace', 'ada@example.com']) {
      expect(done.text).toContain(`<bdi>${text}`)
    }
    expect(await stored(name)).toBe(200)
    expect(await statusOf(linkId)).toMatchObject({
      status: 'connected',
      connectionIdentifier: name,
    })
  })

  test('and is sealed until then', async () => {
    const { callback } = await installing({}, withToken('xoxp-sealed'))
    await asked(await open(callback))
    for (const file of [service.databaseFile, `${service.databaseFile}-wal`]) {
      expect(await Bun.file(file).text()).not.toMatch(/xoxb-of-the-workspace|xoxp-sealed/)
    }
  })

  test('with an incoming webhook, too', async () => {
    const hook = { incoming_webhook: { url: 'https://hooks.slack.test/1', channel: '#general' } }
    const { name, callback } = await installing({ scope: ['incoming-webhook'] }, installed(hook))
    const page = await asked(await open(callback))
    expect(await endpoints(`contextKeys=way:${name}`)).toEqual([])
    expect(page.text).toContain('Acme Corp')
    expect((await page.send('yes')).status).toBe(200)
    expect(await endpoints(`contextKeys=way:${name}`)).toMatchObject([{ type: 'webhook' }])
  })

  test('and expires when its token does, however long the user waited', async () => {
    const lifetime = { refresh_token: 'xoxe-1', expires_in: 43_200 }
    const { name, callback } = await installing({}, installed(lifetime))
    const page = await asked(await open(callback))
    const grantedAtMs = service.deps.clock()
    service.advance(9 * 60_000)
    await page.send('yes')
    const { body } = await api('GET', `/v1/channel-connections/${name}`)
    const { expiresAt } = (body as { auth: { expiresAt: string } }).auth
    expect(Math.abs(Date.parse(expiresAt) - grantedAtMs - 43_200_000)).toBeLessThan(60_000)
  })
})

test('the page goes on to the `redirectUrl` of the integration', async () => {
  const { clientId, clientSecret: secretKey } = SANDBOX
  const redirectUrl = 'https://app.example.com/done'
  await api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier: 'redirects',
    credentials: { clientId, secretKey, redirectUrl },
  })
  for (const [decision, params] of [
    ['no', 'status=error&amp;error=declined'],
    ['yes', 'status=connected'],
  ] as const) {
    const { callback } = await installing({ integrationIdentifier: 'redirects' })
    const done = await (await asked(await open(callback))).send(decision)
    expect(done.text).toContain(`${redirectUrl}?${params}`)
  }
})

describe('the page says who asked', () => {
  const pageOf = async (body: Record<string, unknown>): Promise<string> =>
    (await asked(await open((await installing(body)).callback))).text

  test('as the company calls the account', async () => {
    expect(await pageOf({ display: 'Ada’s team' })).toContain('<bdi>Ada’s team</bdi>')
  })

  test('or by the id, and then warns', async () => {
    const text = await pageOf({ subscriberId: 'only-an-id' })
    expect(text).toContain('<bdi>only-an-id</bdi>')
    expect(text).toContain('only if you came here from')
  })

  test('and for which product, unless the integration only has the name of the provider', async () => {
    const { clientId, clientSecret: secretKey } = SANDBOX
    for (const [name, label] of [
      ['YourApp', 'Asked for by, at YourApp'],
      ['Slack', 'Asked for by'],
    ] as const) {
      const identifier = `named-${name}`
      const credentials = { clientId, secretKey }
      const integration = { providerId: 'slack', channel: 'chat', name, identifier, credentials }
      await api('POST', '/v1/integrations', integration)
      const text = await pageOf({ integrationIdentifier: identifier })
      expect(text).toContain(`<dt><bdi>${label}</bdi></dt>`)
    }
  })

  test('or by the contexts of an install that is shared, and then warns', async () => {
    const text = await pageOf({ subscriberId: undefined, context: { tenant: 'acme' } })
    expect(text).toContain('<bdi>tenant:acme</bdi>')
    expect(text).toContain('only if you came here from')
  })
})

describe('only the browser that came back from Slack is asked:', () => {
  test('another one reads that it is done, and its form is refused', async () => {
    const { name, callback } = await installing()
    const first = await open(callback)
    await asked(first)
    const other = await open(callback)
    expect([other.status, other.headers.get('location')]).toEqual([200, null])
    const address = String(first.headers.get('location'))
    expect((await open(address)).status).toBe(403)
    expect(await stored(name)).toBe(404)
    expect((await open(callback, sameBrowser(first))).status).toBe(303)
  })

  test('a program is told where to go, and nothing is stored', async () => {
    const { name, callback } = await installing()
    const program = await open(callback, { accept: 'application/json' })
    expect(program.status).toBe(202)
    expect(program.body).toEqual({
      status: 'confirmation_required',
      confirmUrl: expect.stringMatching(new RegExp(`^${service.url}/`)),
    })
    expect(program.headers.getSetCookie()).toHaveLength(1)
    expect(await stored(name)).toBe(404)
  })
})

describe('what happens before the user agrees is seen:', () => {
  test('the subscriber is deleted', async () => {
    await api('POST', '/v2/subscribers', { subscriberId: 'leaving' })
    const { name, callback } = await installing({ subscriberId: 'leaving' })
    const page = await asked(await open(callback))
    await api('DELETE', '/v2/subscribers/leaving')
    expect((await page.send('yes')).status).toBe(404)
    expect(await stored(name)).toBe(404)
  })

  test('the named connection gets another workspace', async () => {
    const { name, callback } = await installing()
    const page = await asked(await open(callback))
    const made = await api('POST', '/v1/channel-connections', {
      integrationIdentifier: SANDBOX.integrationIdentifier,
      identifier: name,
      subscriberId: 'ada',
      context: { way: name },
      workspace: { id: 'T0OTHER002', name: 'Other Company' },
      auth: { accessToken: 'xoxb-other' },
    })
    expect(made.status).toBe(201)
    expect((await page.send('yes')).status).toBe(409)
    const { body } = await api('GET', `/v1/channel-connections/${name}`)
    expect(body).toMatchObject({ workspace: { id: 'T0OTHER002' } })
  })

  test('another install for the same owner is agreed to: the last one counts', async () => {
    const first = await installing({}, installed({ access_token: 'xoxb-1' }))
    const context = { way: first.name }
    const one = await asked(await open(first.callback))
    const second = await installing(
      { connectionIdentifier: undefined, context },
      installed({ access_token: 'xoxb-2' }),
    )
    const two = await asked(await open(second.callback))
    expect((await two.send('yes')).status).toBe(200)
    expect((await one.send('yes')).status).toBe(200)
    const { body } = await api('GET', `/v1/channel-connections?contextKeys=way:${first.name}`)
    expect(body).toMatchObject({ data: [{ auth: { accessToken: 'xoxb-1' } }] })
  })
})
