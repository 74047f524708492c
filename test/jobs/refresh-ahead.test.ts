import { expect, test } from 'bun:test'
import { createAlarm } from '../../src/background.ts'
import { JOB_KINDS } from '../../src/jobs/kinds.ts'
import { startJobs } from '../../src/jobs/runner.ts'
import { rotatingClientId } from '../../src/providers/slack/stand-in/directory.ts'
import { REFRESH_TOKENS } from '../../src/store/jobs/pending.ts'
import { createImporter } from '../../src/transfer/importer.ts'
import { SANDBOX } from '../harness/sandbox.ts'
import { startService, type TestService } from '../harness/service.ts'

type Auth = {
  accessToken: string
  refreshToken?: string
  expiresAt?: string
  refreshTokenExpiresAt?: string
}

const ROTATING = {
  providerId: 'slack',
  channel: 'chat',
  identifier: 'rotating',
  credentials: {
    clientId: rotatingClientId(SANDBOX.clientId),
    secretKey: SANDBOX.clientSecret,
  },
}

async function install(name: string, { api, consent, finish }: TestService) {
  const { body } = await api('POST', '/v1/integrations/channel-connections/oauth', {
    integrationIdentifier: 'rotating',
    subscriberId: SANDBOX.subscriberId,
    connectionIdentifier: name,
    context: { name },
  })
  const page = await finish(await consent(new URL((body as { url: string }).url)))
  if (page.status !== 200) throw new Error(page.text)
}

test('an imported token of unknown age is due at once', async () => {
  const own = await startService()
  await own.api('POST', '/v1/integrations', ROTATING)
  const { store, clock } = own.deps
  const take = createImporter({
    ...own.deps,
    environmentId: String((await store.environments.first())?.id),
  })
  const record = {
    record: 'connection' as const,
    integrationIdentifier: 'rotating',
    subscriberId: null,
    workspace: { id: 'T0ACME0001' },
  }
  const auth = { accessToken: 'xoxe.xoxb-old', refreshToken: 'xoxe-1-old' }
  await take({ ...record, identifier: 'old', contextKeys: ['a:1'], auth })
  const expiresAt = new Date(clock() + 60 * 60_000).toISOString()
  await take({ ...record, identifier: 'dated', contextKeys: ['a:2'], auth: { ...auth, expiresAt } })
  const lease = { token: 'test', nowMs: clock(), untilMs: clock() + 60_000 }
  const due = await store.jobs.take([REFRESH_TOKENS], 10, lease)
  const environmentId = String((await store.environments.first())?.id)
  const old = await store.connections.findWithAuth(environmentId, 'old')
  expect(due.map(({ subject }) => subject)).toEqual([String(old?.connection.id)])
  await own.stop()
})

// docs/providers.md#slack-token-rotation
test('tokens are refreshed in the background before they expire, over days', async () => {
  const own = await startService()
  await own.api('POST', '/v1/integrations', ROTATING)
  await install('lasting', own)
  const read = async (): Promise<Auth> => {
    const { body } = await own.api('GET', '/v1/channel-connections/lasting')
    return (body as { auth: Auth }).auth
  }
  let last = await read()
  for (let halfDay = 0; halfDay < 6; halfDay += 1) {
    own.advance(12 * 60 * 60_000 - 4 * 60_000)
    const keeping = startJobs(own.deps, JOB_KINDS, createAlarm())
    let now = await read()
    for (let waited = 0; waited < 200 && now.accessToken === last.accessToken; waited += 1) {
      await Bun.sleep(10)
      now = await read()
    }
    await keeping.stop()
    expect(now.accessToken).not.toBe(last.accessToken)
    expect(Date.parse(String(now.expiresAt))).toBeGreaterThan(own.deps.clock())
    last = now
  }
  await own.stop()
})
