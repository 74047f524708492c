import { afterAll, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())

test('nothing is written, and no provider is called, for a state that latch did not sign', async () => {
  const callback = new URL(await service.consent(await service.link()))
  const state = String(callback.searchParams.get('state'))
  const before = await service.api('GET', '/v1/events?limit=100')
  const requests = service.slackRequests.length
  const written: unknown[] = []
  const { commit } = service.deps.store
  service.deps.store.commit = async (writes) => {
    written.push(writes)
    return commit(writes)
  }
  const [kid, jti, claims, signature] = state.split('.')
  for (const forged of [
    `${kid}.${jti}.${claims}.${String(signature).split('').toReversed().join('')}`,
    `${kid}.${jti}x.${claims}.${signature}`,
    `${kid}.${jti}.${claims}`,
    'x',
  ]) {
    callback.searchParams.set('state', forged)
    expect((await service.open(callback.href)).status).toBe(400)
  }
  service.deps.store.commit = commit
  expect(written).toEqual([])
  expect(service.slackRequests.length).toBe(requests)
  expect((await service.api('GET', '/v1/events?limit=100')).text).toBe(before.text)
})
