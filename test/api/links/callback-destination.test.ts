import { afterAll, describe, expect, test } from 'bun:test'
import { sameBrowser } from '../../harness/attempts.ts'
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
    const first = await service.open(address)
    const { status, headers } = first
    expect([status, headers.get('location')]).toEqual([302, `${redirectUrl}&status=linked`])
    expect(headers.get('cache-control')).toBe('no-store')
    const again = await service.open(address, sameBrowser(first))
    expect(again.headers.get('location')).toBe(`${redirectUrl}&status=linked`)
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
