import { describe, expect, test } from 'bun:test'
import { confirming } from '../api/links/confirming.ts'
import { createBrowser, formOf } from '../harness/browser.ts'
import { startService } from '../harness/service.ts'
import { storedText } from '../harness/stored-text.ts'
import { tempDir } from '../harness/temp-dir.ts'
import { environmentOf, own, startServer, stopAll } from '../harness/two-processes.ts'
import { until } from '../harness/until.ts'

const CONFIRM = { LATCH_USER_VERIFICATION: 'confirm' }
const MASTER_KEY = new Uint8Array(32).fill(0xab)

/** Two processes behind one name, which share a database. */
async function startTwoThatAsk() {
  const server = startServer()
  const one = await startService(environmentOf(server, CONFIRM))
  const two = await startService(
    environmentOf(server, {
      ...CONFIRM,
      LATCH_PUBLIC_URL: one.url,
      LATCH_SLACK_URL: one.slackUrl,
    }),
  )
  return { server, one, two }
}

describe('what is held until the user confirms it', () => {
  test('is there after a restart, and the same page goes on', async () => {
    const dataDir = tempDir()
    const LATCH_SECRET_KEY = 'ab'.repeat(32)
    const before = await startService({ ...CONFIRM, LATCH_SECRET_KEY }, dataDir)
    const at = await confirming(before).asked('restarts')
    await before.stop()
    const after = await startService(
      { ...CONFIRM, LATCH_SECRET_KEY, LATCH_PUBLIC_URL: before.url },
      dataDir,
    )
    const here = (address: string): string => address.replace(before.url, own(after))
    const origin = new URL(before.url).origin
    expect((await at.browser.open(here(at.page.address))).status).toBe(200)
    after.advance(500)
    const { token } = formOf(await at.browser.visit(here(at.page.address)))
    after.advance(500)
    const done = await at.browser.post(here(at.form.action), { token, decision: 'yes' }, { origin })
    expect([done.status, done.text.includes('all set')]).toEqual([200, true])
    await after.stop()
  })

  test('is decided once by two processes', async () => {
    const both = await startTwoThatAsk()
    const { one, two } = both
    for (let round = 0; round < 5; round += 1) {
      const at = await confirming(one).asked(`round-${round}`)
      two.advance(500)
      const origin = new URL(one.url).origin
      const post = (address: string, decision: string) =>
        at.browser.post(address, { token: at.form.token, decision }, { origin })
      const elsewhere = at.form.action.replace(one.url, own(two))
      const pages = await Promise.all([
        post(at.form.action, 'yes'),
        post(elsewhere, round % 2 === 0 ? 'yes' : 'no'),
      ])
      const [first] = pages
      expect(pages.map(({ status }) => status)).toEqual([first.status, first.status])
      expect(await at.stored()).toHaveLength(first.status === 200 ? 1 : 0)
    }
    await stopAll(both)
  })

  test('is sealed, and gone with the answer, with the subscriber, and in time', async () => {
    const service = await startService({ ...CONFIRM, LATCH_SECRET_KEY: 'ab'.repeat(32) })
    const { asked } = confirming(service)
    const heldIn = (): string[] =>
      storedText(service.databaseFile, MASTER_KEY)
        .split('\n')
        .filter((line) => line.startsWith('held_attempts.answer'))
    await service.api('POST', '/v2/subscribers', { subscriberId: 'leaver' })
    const changes = { subscriberId: 'leaver' }

    const answered = await asked('answered', createBrowser(), changes)
    const [held] = heldIn()
    expect(held).toContain('U0ADA00001')
    const plain = await Bun.file(service.databaseFile).text()
    expect(plain).not.toContain('Ada Lovelace')
    const { action, token } = answered.form
    await answered.browser.post(action, { token, decision: 'no' })
    expect(heldIn()).toEqual([])

    await asked('erased', createBrowser(), changes)
    expect(heldIn()).toHaveLength(1)
    expect((await service.api('DELETE', '/v2/subscribers/leaver?erase=true')).status).toBe(200)
    expect(heldIn()).toEqual([])

    const { id } = await asked('abandoned')
    expect(heldIn()).toHaveLength(1)
    service.advance(15 * 60_000)
    service.deps.wakeJobs()
    await until(() => heldIn().length === 0)
    const { body } = await service.api('GET', `/v1/links/${id}`)
    expect(body).toMatchObject({ status: 'failed', reason: 'confirmation_expired' })
    await service.stop()
  })

  test('is in the export of a person, without the state of the link', async () => {
    const service = await startService(CONFIRM)
    await confirming(service).asked('exported')
    const { exportPerson } = await import('../../src/domain/subscribers/personal-data.ts')
    const environmentId = String((await service.deps.store.environments.first())?.id)
    const found = await exportPerson(service.deps, environmentId, 'subscriber-123')
    if (found.kind !== 'found') throw new Error(found.kind)
    expect(found.person.unconfirmed).toMatchObject([
      { answer: { kind: 'user', identity: { userId: 'U0ADA00001', name: 'Ada Lovelace' } } },
    ])
    await service.stop()
  })
})
