import { afterAll, describe, expect, test } from 'bun:test'
import { singleTenantClientId } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { CONNECT_PATH, LEE, MEGAN, startExplaining, withParameter } from './explaining.ts'

const { service, explain, make, teams, connectTeams, makeIntegration, follow } =
  await startExplaining()
const { consent } = service
afterAll(() => service.stop())

describe('what a provider shows on its own page is explained by its code, as nobody comes back:', () => {
  const codeOf = async (url: string | URL): Promise<string> => {
    const page = await (await fetch(url)).text()
    return /\b(AADSTS\d+|invalid_\w+|bad_\w+)\b/.exec(page)?.[1] ?? page
  }
  const pages: [string, () => Promise<string>, string, string][] = [
    [
      // docs/providers.md#slack-sign-in-scopes
      'scopes that Slack does not mix',
      async () => codeOf((await make({ userScope: ['identity.basic', 'chat:write'] })).url),
      'invalid_scope',
      'userScope: ["openid"]',
    ],
    [
      // docs/providers.md#slack-redirect-urls
      'a redirect URL that Slack does not know',
      async () =>
        codeOf(withParameter((await make()).url, 'redirect_uri', 'http://elsewhere.example')),
      'bad_redirect_uri',
      'latch doctor',
    ],
    [
      'a client id that Slack does not know',
      async () => codeOf(withParameter((await make()).url, 'client_id', '0.0')),
      'invalid_client_id',
      'Client ID',
    ],
    [
      // docs/providers.md#entra-single-tenant-apps
      'a single-tenant app that is not said to be one',
      async () => {
        const { clientId, clientSecret } = SANDBOX.msteams
        const { identifier } = await makeIntegration('msteams', {
          clientId: singleTenantClientId(clientId),
          secretKey: clientSecret,
        })
        return codeOf((await teams({ integrationIdentifier: identifier })).url)
      },
      'AADSTS50194',
      'singleTenant',
    ],
    [
      'a redirect URI that Entra does not know',
      async () => codeOf(withParameter((await teams()).url, 'redirect_uri', 'http://x.example')),
      'AADSTS50011',
      'latch doctor',
    ],
    [
      // docs/providers.md#entra-admin-consent-at-common
      'admin consent at `common`',
      async () => {
        const { url } = await connectTeams()
        return codeOf(url.toString().replace('/organizations/', '/common/'))
      },
      'AADSTS900144',
      'the exact URL that latch returned',
    ],
  ]
  for (const [name, see, code, remedy] of pages) {
    test(name, async () => {
      expect(await see()).toBe(code)
      expect(await explain(code)).toMatchObject({
        links: [],
        code: { remedy: expect.stringContaining(remedy) },
      })
    })
  }

  const refusals: [string, string, string, () => Promise<unknown>][] = [
    [
      // docs/providers.md#entra-guests-and-personal-accounts
      'somebody of another organisation',
      'AADSTS50020',
      'work account',
      async () => {
        const fabrikam = { connectionIdentifier: 'fabrikam' }
        await follow(await teams(fabrikam, CONNECT_PATH), { user: MEGAN })
        return consent((await teams(fabrikam)).url, { user: LEE })
      },
    ],
    [
      'somebody who is no administrator',
      'AADSTS90094',
      'administrator of that organisation',
      async () => consent((await connectTeams()).url, { user: LEE }),
    ],
  ]
  for (const [name, code, remedy, see] of refusals) {
    test(name, async () => {
      await expect(see()).rejects.toThrow(code)
      expect((await explain(code)).code?.remedy).toContain(remedy)
    })
  }
})
