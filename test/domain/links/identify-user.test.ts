import { afterAll, expect, test } from 'bun:test'
import type { Deps } from '../../../src/deps.ts'
import { createEntraDirectory } from '../../../src/providers/msteams/stand-in/directory.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import { startService } from '../../harness/service.ts'
import { completing, responseOf } from './completing.ts'

const service = await startService()
afterAll(() => service.stop())
const { deps } = service
const { complete } = completing(deps)
const [, user] = createEntraDirectory({ clientId: '', clientSecret: '', redirectUri: '' }).users

test('a user is linked without waiting for a provider that takes long to install its bot', async () => {
  const provider = deps.providers.get('msteams')
  if (provider === undefined) throw new Error('no Teams')
  const installBot = () => new Promise<never>(() => {})
  const providers = new Map([...deps.providers, ['msteams', { ...provider, installBot }]])
  const waitedMs: number[] = []
  const sleep: Deps['sleep'] = async (ms) => {
    waitedMs.push(ms)
  }
  const link = await service.link({
    integrationIdentifier: SANDBOX.msteams.integrationIdentifier,
    connectionIdentifier: undefined,
    context: { bot: 'slow' },
  })
  const response = responseOf(await service.consent(link, { user: String(user?.id) }))
  expect(await complete(response, { ...deps, providers, sleep })).toMatchObject({ kind: 'linked' })
  expect(waitedMs).toEqual([5000])
  expect(await service.endpoints('contextKeys=bot:slow')).toMatchObject([
    { type: 'ms_teams_user', pending: { problem: 'The provider is slow to respond' } },
  ])
  const { body } = await service.api('GET', '/v1/events?types=endpoint.linked')
  expect(body).toMatchObject({
    data: [{ reason: 'not_reachable_yet', data: { problem: 'The provider is slow to respond' } }],
  })
})
