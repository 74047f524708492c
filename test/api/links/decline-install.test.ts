import { afterAll, describe, expect, test } from 'bun:test'
import { expireHeld } from '../../../src/domain/links/expire-held.ts'
import { exportPerson } from '../../../src/domain/subscribers/personal-data.ts'
import { startService } from '../../harness/service.ts'
import { until } from '../../harness/until.ts'
import { createInstalls, installed, withToken } from './installs.ts'

const service = await startService()
const { api, open } = service
afterAll(() => service.stop())
const { installing, asked, stored, statusOf } = await createInstalls(service)

const HOLD_MS = 10 * 60_000

async function eventsOf(linkId: string): Promise<{ type: string; reason: string | null }[]> {
  const { body } = await api('GET', `/v1/events?subject=link:${linkId}&limit=100`)
  return (body as { data: { type: string; reason: string | null }[] }).data
}

/** Does something, and returns the tokens that are revoked at Slack meanwhile, if it looks for one. */
async function revokedBy(
  act: (isRevoked: (token: string) => boolean) => Promise<unknown>,
): Promise<string[]> {
  const revoked: string[] = []
  const note = (request: Request): Response => {
    revoked.push(String(request.headers.get('authorization')).replace('Bearer ', ''))
    return Response.json({ ok: true, revoked: true })
  }
  service.slackAnswers.push(...Array(20).fill(note))
  try {
    await act((token) => revoked.includes(token))
  } finally {
    service.slackAnswers.length = 0
  }
  return revoked
}

describe('an install that the user declines stores nothing, and', () => {
  test('is told, and can be made again with the same link', async () => {
    const { name, callback, linkId } = await installing()
    const page = await asked(await open(callback))
    const revoked = await revokedBy(async () => {
      const declined = await page.send('no')
      expect(declined.status).toBe(400)
      expect(declined.text).toContain('still installed at Slack')
    })
    expect(revoked).toEqual([])
    expect(await stored(name)).toBe(404)
    expect(await statusOf(linkId)).toMatchObject({
      status: 'failed',
      usable: true,
      reason: 'declined',
    })
    expect(await eventsOf(linkId)).toMatchObject([
      { type: 'link.failed', reason: 'declined' },
      { type: 'link.installation_discarded', reason: 'declined' },
    ])
  })

  test('revokes the token of the user, which is their own, and not that of the bot', async () => {
    const { callback } = await installing({}, withToken('xoxp-declined'))
    const page = await asked(await open(callback))
    expect(await revokedBy(() => page.send('no'))).toEqual(['xoxp-declined'])
  })

  test('does the same if the user decides too late', async () => {
    const { name, callback, linkId } = await installing({}, withToken('xoxp-late'))
    const page = await asked(await open(callback))
    const revoked = await revokedBy(async (isRevoked) => {
      service.advance(HOLD_MS + 1000)
      expect((await page.send('yes')).status).toBe(400)
      await until(() => isRevoked('xoxp-late'))
    })
    // Others that nobody has agreed to end at the same time.
    expect(revoked.filter((token) => !token.startsWith('xoxp-'))).toEqual([])
    expect(await stored(name)).toBe(404)
    expect(await eventsOf(linkId)).toMatchObject([
      { type: 'link.failed', reason: 'confirmation_expired' },
      { type: 'link.installation_discarded', reason: 'confirmation_expired' },
    ])
  })

  test('does the same if the user never comes back', async () => {
    const { callback, linkId } = await installing({}, withToken('xoxp-gone'))
    await asked(await open(callback))
    await revokedBy(async (isRevoked) => {
      service.advance(HOLD_MS + 1000)
      await expireHeld(service.deps, { kind: 'job', id: 'test' }, 100)
      await until(() => isRevoked('xoxp-gone'))
    })
    expect(await eventsOf(linkId)).toHaveLength(2)
  })

  test('and leaves that token alone if they agree', async () => {
    const { callback } = await installing({}, withToken('xoxp-agreed'))
    const page = await asked(await open(callback))
    expect(await revokedBy(() => page.send('yes'))).toEqual([])
  })
})

// docs/decisions/0014-secrets.md
test('what is held of an install belongs to the data of its subscriber, without tokens', async () => {
  await api('POST', '/v2/subscribers', { subscriberId: 'curious' })
  for (const [scope, answer] of [
    [undefined, withToken('xoxp-held')],
    [
      ['incoming-webhook'],
      installed({ incoming_webhook: { url: 'https://hooks.slack.test/secret' } }),
    ],
  ] as const) {
    const { callback } = await installing({ subscriberId: 'curious', scope }, answer)
    await asked(await open(callback))
  }
  const { environments } = service.deps.store
  const environmentId = String((await environments.first())?.id)
  const found = await exportPerson(service.deps, environmentId, 'curious')
  if (found.kind !== 'found') throw new Error(found.kind)
  const workspace = { id: 'T0ACME0001', name: 'Acme Corp' }
  expect(found.person.unconfirmed.map(({ answer }) => answer)).toEqual([
    { kind: 'installation', userId: 'U0ADA00001', workspace },
    { kind: 'webhook', workspace },
  ])
})
