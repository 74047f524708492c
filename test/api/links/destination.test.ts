import { afterAll, describe, expect, test } from 'bun:test'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

let count = 0
async function integration(credentials: Record<string, unknown>) {
  count += 1
  const identifier = `slack-${count}`
  const { clientId, clientSecret } = SANDBOX
  const answer = await service.api('POST', '/v1/integrations', {
    providerId: 'slack',
    channel: 'chat',
    identifier,
    credentials: { clientId, secretKey: clientSecret, ...credentials },
  })
  return { identifier, answer }
}

const link = (integrationIdentifier: string): Promise<URL> =>
  service.link({ integrationIdentifier, connectionIdentifier: undefined })

describe('an integration with a redirectUrl', async () => {
  const redirectUrl = 'https://app.example.com/linked?from=latch'
  const { identifier } = await integration({ redirectUrl })

  test('sends the user there, exactly, with how it ended', async () => {
    const address = await service.consent(await link(identifier))
    const { status, headers } = await service.open(address)
    expect([status, headers.get('location')]).toEqual([302, `${redirectUrl}&status=linked`])
    expect(headers.get('cache-control')).toBe('no-store')
    expect((await service.open(address)).headers.get('location')).toBe(
      `${redirectUrl}&status=linked`,
    )
  })

  test('sends somebody who cancelled there too, and a program an ErrorDto', async () => {
    const address = await service.consent(await link(identifier), { decision: 'deny' })
    expect((await service.open(address)).headers.get('location')).toBe(
      `${redirectUrl}&status=error&error=authorization_error`,
    )
    const program = await service.open(address, { accept: 'application/json' })
    expect([program.status, program.body]).toMatchObject([400, { statusCode: 400 }])
  })

  test('sends nobody there whose state is not ours', async () => {
    const url = `${service.url}/v1/integrations/chat/oauth/callback?error=access_denied&state=x`
    expect((await service.open(url)).status).toBe(400)
  })
})

// https://www.rfc-editor.org/rfc/rfc9700#section-4.11
describe('an address is refused when it is set:', () => {
  for (const redirectUrl of [
    '//evil.example',
    'https:evil.example',
    'http://evil.example/',
    'https://us@evil.example/',
    'https://app.example.com/\r\nSet-Cookie: a=b',
    'https://app.example.com/#x',
    'https:\\\\evil.example',
    'javascript:alert(1)',
    'https://',
    '',
  ]) {
    test(`redirectUrl ${JSON.stringify(redirectUrl)}`, async () => {
      const { answer } = await integration({ redirectUrl })
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({
        errors: { 'credentials.redirectUrl': { value: redirectUrl } },
      })
    })
  }

  for (const openerOrigin of ['*', 'https://app.example.com/', 'app.example.com', 'null']) {
    test(`openerOrigin ${openerOrigin}`, async () => {
      expect((await integration({ openerOrigin })).answer.status).toBe(422)
    })
  }
})

// docs/providers.md#prefetches-and-link-previews
test('a preview bot spends nothing', async () => {
  const address = await service.consent(await service.link())
  for (const agent of [
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  ]) {
    const answer = await service.open(address, { accept: 'text/html', 'user-agent': agent })
    expect([answer.status, answer.text]).toEqual([204, ''])
  }
  expect((await service.open(address)).status).toBe(200)
})

// docs/decisions/0010-workspaces.md
// docs/providers.md#slack-enterprise-grid-installs
// docs/providers.md#slack-user-and-team-ids
describe('where a whole organisation has the app,', () => {
  const grid = (team: string) => () =>
    Response.json({
      ok: true,
      authed_user: { id: 'W0GRID0001' },
      team: { id: team, name: 'Acme Labs' },
      enterprise: { id: 'E0ACME0001', name: 'Acme' },
      is_enterprise_install: false,
    })

  test('people of any of its workspaces link through its connection', async () => {
    const install = await service.api('POST', '/v1/integrations/channel-connections/oauth', {
      integrationIdentifier: 'slack',
      context: { grid: 'yes' },
      connectionIdentifier: 'grid',
    })
    const installed = await service.consent(new URL((install.body as { url: string }).url))
    service.slackAnswers.push(() =>
      Response.json({
        ok: true,
        access_token: 'xoxb-grid',
        authed_user: { id: 'W0ADMIN' },
        team: null,
        enterprise: { id: 'E0ACME0001', name: 'Acme' },
        is_enterprise_install: true,
      }),
    )
    expect((await service.open(installed)).status).toBe(200)

    for (const [connectionIdentifier, context] of [
      ['grid', { grid: 'named' }],
      [undefined, { grid: 'unnamed' }],
    ] as const) {
      const address = await service.consent(await service.link({ connectionIdentifier, context }))
      service.slackAnswers.push(grid('T0LABS0001'))
      expect((await service.open(address)).status).toBe(200)
      expect(await service.endpoints(`contextKeys=grid:${context.grid}`)).toMatchObject([
        { connectionIdentifier: 'grid', endpoint: { userId: 'W0GRID0001' } },
      ])
    }
  })
})

test('a person who opens too much gets a page, and a program a string', async () => {
  const limited = await startService({ LATCH_RATE_LIMIT_GLOBAL: '1' })
  try {
    const url = `${limited.url}/v1/integrations/chat/oauth/callback`
    const open = (accept: string) => limited.open(url, { accept })
    let page = await open('text/html')
    for (let i = 0; i < 5 && page.status !== 429; i += 1) page = await open('text/html')
    expect(page.status).toBe(429)
    expect(page.text).toContain('Too busy right now')
    expect(page.headers.get('retry-after')).toBe('1')
    const program = await open('application/json')
    expect([program.status, program.body]).toEqual([429, 'API rate limit exceeded'])
  } finally {
    await limited.stop()
  }
})
