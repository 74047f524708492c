import { afterAll, expect, test } from 'bun:test'
import { createEnvironmentAction } from '../../src/operator/environments.ts'
import { createIntegrationAction, setClientSecretAction } from '../../src/operator/integrations.ts'
import { createKeyAction } from '../../src/operator/keys.ts'
import { sendAction } from '../../src/operator/send-action.ts'
import { startService } from '../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
const { dataDir } = service

const app = { environmentId: null, providerId: 'slack', clientId: '1.2', own: {} }

test('input of an operator with U+0000 is refused', async () => {
  const key = {
    environmentId: null,
    name: 'a\0b',
    permissions: ['all' as const],
    audiences: [],
    expiresInDays: null,
  }
  const sent = [
    () => sendAction(dataDir, createEnvironmentAction, { name: 'a\0b' }),
    () => sendAction(dataDir, createKeyAction, key),
    () =>
      sendAction(dataDir, createIntegrationAction, {
        ...app,
        identifier: 'a\0b',
        clientSecret: 'secret',
      }),
    () =>
      sendAction(dataDir, setClientSecretAction, {
        environmentId: null,
        identifier: 'slack',
        clientSecret: 'a\0b',
      }),
  ]
  for (const send of sent) {
    await expect(send()).rejects.toThrow('must not contain the character U+0000')
  }
})

test('an identifier that is taken is refused, with what to do', async () => {
  const taken = { ...app, identifier: 'slack', clientSecret: 'secret' }
  await expect(sendAction(dataDir, createIntegrationAction, taken)).rejects.toThrow(
    'An integration with this identifier already exists. Choose another with --identifier.',
  )
})
