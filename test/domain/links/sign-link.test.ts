import { expect, test } from 'bun:test'
import { signLink } from '../../../src/domain/links/sign-link.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'

test('a link to a user takes the protocol that its scopes need, and one to a workspace OAuth', async () => {
  const service = await startService()
  const { deps } = service
  const environmentId = String((await deps.store.environments.first())?.id)
  const integration = await deps.store.integrations.findByIdentifier(
    environmentId,
    SANDBOX.integrationIdentifier,
  )
  const slack = deps.providers.get('slack')
  if (integration === null || slack === undefined) throw new Error('no Slack')
  const app = { clientId: '1.2', clientSecret: 'secret', providerCredentials: {} }
  const authorization = { provider: slack, app, workspaceId: null, scope: ['openid'] }
  const common = {
    connectionIdentifier: null,
    contextKeys: [],
    display: null,
    subscriberId: 'ada',
  }
  const install = { shared: false, autoLinkUser: false, consent: null }
  for (const [claims, protocol] of [
    [{ ...common, mode: 'link_user' }, 'openid'],
    [{ ...common, ...install, mode: 'connect' }, 'oauth'],
  ] as const) {
    const { url } = signLink(deps, integration, claims, authorization)
    const state = String(new URL(url).searchParams.get('state'))
    expect(await deps.states.verify(state, deps.clock())).toMatchObject({
      kind: 'valid',
      claims: { mode: claims.mode, protocol },
    })
  }
  await service.stop()
})
