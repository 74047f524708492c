import { afterAll, describe, expect, test } from 'bun:test'
import { startService } from '../../harness/service.ts'
import { createInstalls, installed } from './installs.ts'

const service = await startService()
const { consent, open, endpoints } = service
afterAll(() => service.stop())
const { installing, asked, stored, statusOf } = await createInstalls(service)

describe('linking the user who installs is a question of its own,', () => {
  const linking = (answer?: object, more: object = {}) =>
    installing({ autoLinkUser: true, ...more }, answer)

  test('which nobody has answered for them', async () => {
    const { name, callback } = await linking()
    const page = await asked(await open(callback))
    expect([...page.boxes]).toEqual([['link_installer', false]])
    expect((await page.send('yes')).status).toBe(200)
    expect(await stored(name)).toBe(200)
    expect(await endpoints(`subscriberId=ada&contextKeys=way:${name}`)).toEqual([])
  })

  test('and links them if they say yes', async () => {
    const { name, callback } = await linking()
    const page = await asked(await open(callback))
    await page.send('yes', ['link_installer'])
    expect(await endpoints(`subscriberId=ada&contextKeys=way:${name}`)).toMatchObject([
      { type: 'slack_user', connectionIdentifier: name },
    ])
    const path = `/v1/identities/slack/T0ACME0001/U0ADA00001?contextKeys=way:${name}`
    expect((await service.api('GET', path)).body).toMatchObject({
      data: [{ subscriberId: 'ada', verification: 'confirm' }],
    })
  })

  test('which is not asked, and not answered, where the link does not ask for it', async () => {
    const { name, callback } = await installing()
    const page = await asked(await open(callback))
    expect((await page.send('yes', ['link_installer'])).status).toBe(200)
    expect(await endpoints(`subscriberId=ada&contextKeys=way:${name}`)).toEqual([])
  })

  test('nor where Slack does not say who they are', async () => {
    const { callback } = await linking(installed({ authed_user: {} }))
    expect((await asked(await open(callback))).boxes.size).toBe(0)
  })

  test('and never makes the install fail', async () => {
    const context = { way: 'taken' }
    const other = await service.link({
      subscriberId: 'only-an-id',
      connectionIdentifier: undefined,
      context,
    })
    expect((await open(await consent(other))).status).toBe(200)
    const { name, callback, linkId } = await linking(undefined, { context })
    const page = await asked(await open(callback))
    const done = await page.send('yes', ['link_installer'])
    expect(done.text).toContain('You yourself were not linked')
    expect(await stored(name)).toBe(200)
    expect(await statusOf(linkId)).toMatchObject({
      status: 'connected',
      reason: 'linked_to_another_subscriber',
    })
  })

  test('also if the subscriber is linked as somebody else: nobody is replaced', async () => {
    const context = { way: 'replaced' }
    const earlier = await service.link({
      subscriberId: 'ada',
      connectionIdentifier: undefined,
      context,
    })
    await open(await consent(earlier, { user: 'U0GRACE002' }))
    const { name, callback, linkId } = await linking(undefined, { context })
    const page = await asked(await open(callback))
    const done = await page.send('yes', ['link_installer'])
    expect(done.text).toContain('already linked to another Slack account')
    expect(await stored(name)).toBe(200)
    expect(await statusOf(linkId)).toMatchObject({ reason: 'linked_as_another_user' })
    expect(await endpoints('subscriberId=ada&contextKeys=way:replaced')).toMatchObject([
      { endpoint: { userId: 'U0GRACE002' }, connectionIdentifier: name },
    ])
  })
})
