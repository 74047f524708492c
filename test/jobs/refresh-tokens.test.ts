import { afterAll, describe, expect, test } from 'bun:test'
import { createAlarm } from '../../src/background.ts'
import { refreshTokens } from '../../src/domain/connections/refresh.ts'
import { verifyCredentials } from '../../src/domain/connections/verify.ts'
import { LEASE_MS } from '../../src/domain/job.ts'
import { JOB_KINDS } from '../../src/jobs/kinds.ts'
import { startJobs } from '../../src/jobs/runner.ts'
import type { ConnectionAuth } from '../../src/store/connections/connection-auth.ts'
import type { Connection } from '../../src/store/connections/connection-rows.ts'
import { REFRESH_TOKENS } from '../../src/store/jobs/pending.ts'
import { until } from '../harness/until.ts'
import { createConnections, startTwoProcesses, takeDue } from './two-processes.ts'

const processes = await startTwoProcesses()
const { one, two, service, advance } = processes
const { connectionOf, read, jobOf, forget, eventsOf } = createConnections(processes)
afterAll(processes.close)

const HOUR_MS = 60 * 60_000

const iso = (ms: number): string => new Date(ms).toISOString()

/** A connection whose tokens are due, the only ones that are. */
async function dueConnection(): Promise<Connection> {
  const connection = connectionOf(processes.integrationId, 'T0ACME0001')
  const auth = { accessToken: 'old', refreshToken: 'xoxe-1-old', expiresAt: iso(one.clock()) }
  await one.store.commit(one.store.connections.insert(connection, auth))
  return connection
}

const authOf = async (connection: Connection): Promise<ConnectionAuth> =>
  (await read(one, connection)).auth

const answer = (name: string) => () =>
  Response.json({
    ok: true,
    access_token: `access-${name}`,
    refresh_token: `xoxe-1-${name}`,
    expires_in: 43_200,
  })

/** An answer that Slack gives when it is told to, and a promise of its being asked for. */
function slowAnswer(give: () => Response) {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  service.slackAnswers.push(async () => {
    asked.resolve()
    await gate.promise
    return give()
  })
  return { asked: asked.promise, release: () => gate.resolve() }
}

describe('tokens', () => {
  test('are stored even after the lease expired, because the provider issues them once', async () => {
    const connection = await dueConnection()
    const slow = slowAnswer(answer('slow'))
    const refreshing = refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    await slow.asked
    advance(LEASE_MS)
    // Slack has exchanged the token already, and knows it no more.
    service.slackAnswers.push(() => Response.json({ ok: false, error: 'invalid_refresh_token' }))
    const second = await takeDue(two, REFRESH_TOKENS)
    expect(second.attempts).toBe(2)
    expect((await refreshTokens(two, second, 'due')).kind).toBe('refused')
    slow.release()
    expect((await refreshing).kind).toBe('refreshed')
    expect(await authOf(connection)).toMatchObject({ accessToken: 'access-slow' })
    // The second says when it is tried again; by then it is seen that nothing is due.
    const job = await jobOf(REFRESH_TOKENS, connection)
    expect(job).toMatchObject({ lease: null, revision: 2 })
    advance(HOUR_MS)
    const asked = service.slackRequests.length
    const third = await takeDue(one, REFRESH_TOKENS)
    expect((await refreshTokens(one, third, 'due')).kind).toBe('not_rotating')
    expect(service.slackRequests).toHaveLength(asked)
    const due = Number((await jobOf(REFRESH_TOKENS, connection))?.dueAtMs)
    expect(due - one.clock()).toBeGreaterThan(10 * HOUR_MS)
    await forget(REFRESH_TOKENS)
  })

  test('are stored once, whichever of two workers is first', async () => {
    const connection = await dueConnection()
    const slow = slowAnswer(answer('slow'))
    const refreshing = refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    await slow.asked
    advance(LEASE_MS)
    service.slackAnswers.push(answer('quick'))
    await refreshTokens(two, await takeDue(two, REFRESH_TOKENS), 'due')
    const after = await jobOf(REFRESH_TOKENS, connection)
    slow.release()
    await refreshing
    expect(await authOf(connection)).toMatchObject({ accessToken: 'access-quick' })
    expect(await jobOf(REFRESH_TOKENS, connection)).toEqual(after)
    await forget(REFRESH_TOKENS)
  })

  test('whose refresh is refused have one event for each reason, and one when they are refreshed again', async () => {
    const connection = await dueConnection()
    const attempt = async (give: () => Response): Promise<string> => {
      service.slackAnswers.push(give)
      const held = await takeDue(one, REFRESH_TOKENS)
      const { kind } = await refreshTokens(one, held, 'due')
      advance(2 * HOUR_MS)
      return kind
    }
    const refuse = (error: string) => () => Response.json({ ok: false, error })
    for (const error of ['invalid_refresh_token', 'invalid_refresh_token', 'account_inactive']) {
      expect(await attempt(refuse(error))).toBe('refused')
    }
    // Slack does not answer, and then says the same as before.
    expect(await attempt(() => new Response('', { status: 500 }))).toBe('unavailable')
    expect(await attempt(answer('again'))).toBe('refreshed')
    const actor = `job:${REFRESH_TOKENS}`
    expect(await eventsOf(`connection:${connection.identifier}`)).toEqual([
      ['connection.token_refresh_failed', 'invalid_refresh_token', actor],
      ['connection.token_refresh_failed', 'account_inactive', actor],
      ['connection.tokens_refreshed', null, actor],
    ])
    await forget(REFRESH_TOKENS)
  })

  test('are refreshed by another worker if the first one dies', async () => {
    const connection = await dueConnection()
    await takeDue(one, REFRESH_TOKENS)
    service.slackAnswers.push(answer('second'))
    advance(LEASE_MS)
    const jobs = startJobs(two, JOB_KINDS, createAlarm())
    await until(async () => (await authOf(connection)).accessToken === 'access-second')
    await jobs.stop()
    expect(await jobOf(REFRESH_TOKENS, connection)).toMatchObject({ attempts: 0, lease: null })
    await forget(REFRESH_TOKENS)
  })

  test('that are replaced meanwhile are kept, and checked immediately', async () => {
    const connection = await dueConnection()
    const slow = slowAnswer(answer('slow'))
    const refreshing = refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    await slow.asked
    const { store, clock } = two
    const expiresAt = iso(clock() + 24 * HOUR_MS)
    const given = { accessToken: 'given', refreshToken: 'xoxe-1-given', expiresAt }
    await store.commit(store.connections.replace(connection.id, connection, given, clock() + 1))
    slow.release()
    await refreshing
    expect(await authOf(connection)).toEqual(given)
    const job = await jobOf(REFRESH_TOKENS, connection)
    expect(Number(job?.dueAtMs)).toBeLessThanOrEqual(clock())
    await refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    expect(await authOf(connection)).toEqual(given)
    const after = await jobOf(REFRESH_TOKENS, connection)
    expect(after?.dueAtMs).toBe(Date.parse(expiresAt) - 5 * 60_000)
    await forget(REFRESH_TOKENS)
  })

  test('of a connection that is deleted meanwhile leave no job behind', async () => {
    const connection = await dueConnection()
    const slow = slowAnswer(answer('slow'))
    const refreshing = refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    await slow.asked
    await two.store.commit([two.store.connections.delete(connection.id)])
    slow.release()
    await refreshing
    await refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    expect(await jobOf(REFRESH_TOKENS, connection)).toBeNull()
  })

  test('can be refreshed on request while no job is refreshing them', async () => {
    const connection = await dueConnection()
    const held = await takeDue(one, REFRESH_TOKENS)
    expect(await verifyCredentials(two, connection.id)).toEqual({ kind: 'in_progress' })
    service.slackAnswers.push(answer('job'), answer('asked'))
    await refreshTokens(one, held, 'due')
    expect(await verifyCredentials(two, connection.id)).toEqual({ kind: 'refreshed' })
    expect(await authOf(connection)).toMatchObject({ accessToken: 'access-asked' })
    await forget(REFRESH_TOKENS)
  })

  test('that are resealed meanwhile count as unchanged', async () => {
    const connection = await dueConnection()
    const slow = slowAnswer(answer('slow'))
    const refreshing = refreshTokens(one, await takeDue(one, REFRESH_TOKENS), 'due')
    await slow.asked
    const { store } = two
    const { auth, connection: row } = await read(two, connection)
    await store.commit([store.connectionTokens.renew(connection.id, auth, row.updatedAtMs)])
    slow.release()
    await refreshing
    expect(await authOf(connection)).toMatchObject({ accessToken: 'access-slow' })
    await forget(REFRESH_TOKENS)
  })
})
