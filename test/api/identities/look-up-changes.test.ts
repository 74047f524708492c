import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectAnswer } from '../../harness/cases.ts'
import { SAMPLE_BODY, startService } from '../../harness/service.ts'

const service = await startService()
afterAll(() => service.stop())
beforeAll(async () => {
  await service.api('POST', '/v2/subscribers', { subscriberId: 'ada' })
})

const slack = (workspace: string, user: string): string =>
  `/v1/identities/slack/${workspace}/${user}`
const notLinked = { status: 404, code: 'not_linked' }

describe('a link is seen by the next look-up', () => {
  const path = slack('T0ACME0001', 'U0ADA00001')

  test('when it is made, when it is removed, and when it is made again', async () => {
    for (let round = 0; round < 3; round += 1) {
      // Twice: the second answer comes from the cache.
      for (const _ of [1, 2]) await expectAnswer(service, { method: 'GET', path }, notLinked)
      await service.open(await service.consent(await service.link()))
      for (const _ of [1, 2]) {
        await expectAnswer(
          service,
          { method: 'GET', path },
          { status: 200, contains: { data: [{ subscriberId: SAMPLE_BODY.subscriberId }] } },
        )
      }
      const [endpoint] = await service.endpoints()
      await service.api('DELETE', `/v1/channel-endpoints/${endpoint?.['identifier']}`)
    }
    await expectAnswer(service, { method: 'GET', path }, notLinked)
  })

  test('when a backend asserts it, changes it, or deletes its subscriber', async () => {
    const [before, after] = [slack('T9', 'U7'), slack('T9', 'U8')]
    const connection = { identifier: 'nine', workspace: { id: 'T9' }, auth: { accessToken: 'x' } }
    const endpoint = { identifier: 'nine', type: 'slack_user', endpoint: { userId: 'U7' } }
    const owner = { subscriberId: 'leaver', integrationIdentifier: 'slack' }
    await service.api('POST', '/v2/subscribers', owner)
    await service.api('POST', '/v1/channel-connections', { ...connection, ...owner })
    await expectAnswer(service, { method: 'GET', path: before }, notLinked)
    const named = { ...endpoint, ...owner, connectionIdentifier: 'nine' }
    await service.api('POST', '/v1/channel-endpoints', named)
    const linked = { status: 200, contains: { data: [{ subscriberId: 'leaver' }] } }
    await expectAnswer(service, { method: 'GET', path: before }, linked)
    await expectAnswer(service, { method: 'GET', path: after }, notLinked)
    const body = { endpoint: { userId: 'U8' } }
    await service.api('PATCH', '/v1/channel-endpoints/nine', body)
    await expectAnswer(service, { method: 'GET', path: before }, notLinked)
    await expectAnswer(service, { method: 'GET', path: after }, linked)
    // A backend said so, and nobody has proven it.
    const asserted = { data: [{ verification: 'asserted', verifiedAt: /^20/ }] }
    await expectAnswer(service, { method: 'GET', path: after }, { status: 200, contains: asserted })
    await service.api('DELETE', '/v2/subscribers/leaver')
    await expectAnswer(service, { method: 'GET', path: after }, notLinked)
  })

  // A look-up that began before the change must not keep what it read for those that come after.
  test('however many look-ups are under way meanwhile', async () => {
    const crowd = slack('T8', 'U1')
    const named = { integrationIdentifier: 'slack', subscriberId: 'ada', identifier: 'crowd' }
    const workspace = { workspace: { id: 'T8' }, auth: { accessToken: 'x' } }
    const context = { of: 'crowd' }
    await service.api('POST', '/v1/channel-connections', { ...named, ...workspace, context })
    const endpoint = { type: 'slack_user', endpoint: { userId: 'U1' } }
    const store = { ...named, ...endpoint, connectionIdentifier: 'crowd' }
    for (let round = 0; round < 20; round += 1) {
      let isOver = false
      const asking = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const { status } = await service.api('GET', crowd)
          if (status !== 200 && status !== 404) throw new Error(`status ${status}`)
        }
      })
      const made = await service.api('POST', '/v1/channel-endpoints', store)
      const after = await service.api('GET', crowd)
      const gone = await service.api('DELETE', '/v1/channel-endpoints/crowd')
      const afterwards = await service.api('GET', crowd)
      isOver = true
      await Promise.all(asking)
      const statuses = [made, after, gone, afterwards].map(({ status }) => status)
      expect(statuses).toEqual([201, 200, 204, 404])
    }
  })
})
