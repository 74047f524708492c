import { afterAll, describe, expect, test } from 'bun:test'
import { createAlarm } from '../../src/background.ts'
import type { Deps } from '../../src/deps.ts'
import { proveConsent } from '../../src/domain/connections/consent.ts'
import { refreshTokens } from '../../src/domain/connections/refresh.ts'
import { refreshNow } from '../../src/domain/connections/verify.ts'
import { retryBotInstallation } from '../../src/domain/endpoints/bot-installation.ts'
import { LEASE_MS } from '../../src/domain/job.ts'
import { JOB_KINDS } from '../../src/jobs/kinds.ts'
import { startJobs } from '../../src/jobs/runner.ts'
import type { ConnectionAuth } from '../../src/store/connections/connection-auth.ts'
import type { Connection } from '../../src/store/connections/connection-rows.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import type { Job } from '../../src/store/jobs/jobs.ts'
import { INSTALL_BOT, PROVE_CONSENT, REFRESH_TOKENS } from '../../src/store/jobs/pending.ts'
import { until } from '../harness/until.ts'
import { startTwoProcesses, takeDue } from './shared.ts'

const processes = await startTwoProcesses()
const { one, two, service, environmentId, advance } = processes
afterAll(processes.close)

const HOUR_MS = 60 * 60_000
let made = 0

function connectionOf(integrationId: string, workspaceId: string): Connection {
  made += 1
  return {
    ...freshRow(one, environmentId),
    integrationId,
    identifier: `connection-${made}`,
    subscriberId: null,
    contextKeys: [`test:${made}`],
    workspaceId,
    workspaceName: null,
    botUserId: null,
    origin: 'api',
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** A connection whose tokens are due, the only ones that are. */
async function dueConnection(): Promise<Connection> {
  const connection = connectionOf(processes.integrationId, 'T0ACME0001')
  const auth = { accessToken: 'old', refreshToken: 'xoxe-1-old', expiresAt: iso(one.clock()) }
  await one.store.commit(one.store.connections.insert(connection, auth))
  return connection
}

const read = async ({ store }: Deps, { identifier }: Connection) => {
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) throw new Error('the connection is gone')
  return found
}
const authOf = async (connection: Connection): Promise<ConnectionAuth> =>
  (await read(one, connection)).auth

const jobOf = (kind: string, { id }: { id: string }): Promise<Job | null> =>
  one.store.jobs.find({ kind, subject: id })

/** Ends what a test leaves, so that the next finds nothing due but its own. */
async function forget(...kinds: string[]): Promise<void> {
  advance(LEASE_MS)
  const lease = { token: 'forget', nowMs: one.clock() + 365 * 24 * HOUR_MS, untilMs: 0 }
  for (const held of await one.store.jobs.take(kinds, 100, lease)) {
    await one.store.commit(one.store.jobs.end(held, { kind: 'done' }, one.clock()))
  }
}

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
  test('that a slow holder was given are stored, as nobody gets them again', async () => {
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

  test('are stored once, whoever of two holders comes first', async () => {
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

  test('of a holder that died are refreshed by another', async () => {
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

  test('that are replaced meanwhile stay, and are looked at at once', async () => {
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

  test('of a connection that is deleted meanwhile leave no job', async () => {
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

  test('are refreshed by one who asks, while no job does', async () => {
    const connection = await dueConnection()
    const held = await takeDue(one, REFRESH_TOKENS)
    expect(await refreshNow(two, connection.id)).toEqual({ kind: 'in_progress' })
    service.slackAnswers.push(answer('job'), answer('asked'))
    await refreshTokens(one, held, 'due')
    expect(await refreshNow(two, connection.id)).toEqual({ kind: 'refreshed' })
    expect(await authOf(connection)).toMatchObject({ accessToken: 'access-asked' })
    await forget(REFRESH_TOKENS)
  })

  test('whose seal is renewed meanwhile are the same tokens', async () => {
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

/** A tenant in which no administrator has consented. */
const TENANT = '00000000-0000-4000-8000-00000000dead'

async function pendingConnection(): Promise<Connection> {
  const connection = connectionOf(processes.teamsIntegrationId, TENANT)
  const pending = { problem: 'first', nextAttemptAtMs: one.clock() }
  await one.store.commit(one.store.connections.insert(connection, { accessToken: 'x' }, pending))
  return connection
}

describe('a consent that is pending', () => {
  test('is asked for again, until it is given up after 7 days', async () => {
    const connection = await pendingConnection()
    expect((await read(one, connection)).pending).toMatchObject({ problem: 'first', attempts: 1 })
    const startMs = one.clock()
    for (let attempts = 2; ; attempts += 1) {
      const outcome = await proveConsent(one, await takeDue(one, PROVE_CONSENT), 'due')
      const { pending } = await read(one, connection)
      if (outcome.kind !== 'not_consented') throw new Error(outcome.kind)
      expect(pending).toMatchObject({ problem: outcome.problem, attempts })
      if (outcome.gaveUp) break
      const waitMs = Number(pending?.nextAttemptAtMs) - one.clock()
      expect(waitMs).toBeGreaterThan(0)
      expect(waitMs).toBeLessThanOrEqual(HOUR_MS)
      advance(waitMs)
    }
    const days = (one.clock() - startMs) / (24 * HOUR_MS)
    expect(days).toBeGreaterThanOrEqual(7)
    expect(days).toBeLessThan(7.1)
    const { pending } = await read(one, connection)
    expect(pending).toMatchObject({ nextAttemptAtMs: null, gaveUpAtMs: expect.any(Number) })
    advance(24 * HOUR_MS)
    expect(await one.store.jobs.nextDueAtMs([PROVE_CONSENT])).toBeNull()

    // Whoever asks is told, and a new install begins anew.
    expect(await refreshNow(one, connection.id)).toMatchObject({ kind: 'not_consented' })
    expect((await read(one, connection)).pending?.gaveUpAtMs).not.toBeNull()
    const again = { problem: 'again', nextAttemptAtMs: one.clock() }
    const installed = { ...connection, updatedAtMs: one.clock() }
    await one.store.commit(one.store.connections.install(installed, { accessToken: 'x' }, again))
    expect((await read(one, connection)).pending).toMatchObject({ attempts: 1, gaveUpAtMs: null })
    await takeDue(one, PROVE_CONSENT)
    await forget(PROVE_CONSENT)
  }, 30_000)

  test('is not said to be by a slow holder once it is proven', async () => {
    const connection = await pendingConnection()
    const slow = await takeDue(one, PROVE_CONSENT)
    const { store, clock } = two
    const installed = { ...connection, updatedAtMs: clock() + 1 }
    await store.commit(store.connections.install(installed, { accessToken: 'x' }))
    expect(await proveConsent(one, slow, 'due')).toEqual({ kind: 'not_pending' })
    expect((await read(one, connection)).pending).toBeNull()
    expect(await jobOf(PROVE_CONSENT, connection)).toBeNull()
  })

  test('is not said to be proven where nothing of it was stored', async () => {
    const connection = await pendingConnection()
    const teams = one.providers.get('msteams')
    if (teams?.connect?.kind !== 'admin_consent') throw new Error('no Teams')
    const { connect } = teams
    // Microsoft confirms it, but so late that another process has taken the job.
    const prove: typeof connect.prove = async () => {
      advance(LEASE_MS)
      await takeDue(two, PROVE_CONSENT)
      return { kind: 'proven' }
    }
    const providers = new Map([
      ...one.providers,
      ['msteams', { ...teams, connect: { ...connect, prove } }],
    ])
    expect(await refreshNow({ ...one, providers }, connection.id)).toEqual({ kind: 'in_progress' })
    expect((await read(one, connection)).pending).toMatchObject({ problem: 'first' })
    await forget(PROVE_CONSENT)
  })

  test('is not postponed by a slow holder when another has taken the job', async () => {
    const connection = await pendingConnection()
    const slow = await takeDue(one, PROVE_CONSENT)
    advance(LEASE_MS)
    const quick = await takeDue(two, PROVE_CONSENT)
    const before = await jobOf(PROVE_CONSENT, connection)
    await proveConsent(one, slow, 'due')
    expect(await jobOf(PROVE_CONSENT, connection)).toEqual(before)
    expect((await read(one, connection)).pending).toMatchObject({ problem: 'first' })
    await proveConsent(two, quick, 'due')
    expect(await jobOf(PROVE_CONSENT, connection)).toMatchObject({ attempts: 3, lease: null })
    await forget(PROVE_CONSENT)
  })
})

describe('a person who cannot be reached yet', () => {
  const link = async (tenantId: string) => {
    const { store, clock } = one
    const endpoint = {
      ...freshRow(one, environmentId),
      integrationId: processes.teamsIntegrationId,
      identifier: `endpoint-${tenantId}-${clock()}`,
      subscriberId: 'sub',
      contextKeys: [],
      type: 'ms_teams_user',
      endpoint: { userId: 'user', tenantId },
      botRetry: { problem: 'first', nextAttemptAtMs: clock() },
    }
    await store.commit([
      store.subscribers.insertIfMissing({
        ...freshRow(one, environmentId),
        subscriberId: 'sub',
        profile: {},
      }),
      ...store.endpoints.link(endpoint, { kind: 'named', identifier: 'same' }),
    ])
    const { items } = await store.endpoints.page(
      { environmentId, connectionIdentifier: 'same' },
      { limit: 10, orderBy: 'createdAt', direction: 'asc', cursor: null },
    )
    const [found, ...others] = items
    if (found === undefined || others.length > 0) throw new Error('not one endpoint')
    return found
  }

  test('is tried again under the id that a link found, and shown with what is in the way', async () => {
    const first = await link(TENANT)
    expect(first.pending).toMatchObject({ problem: 'first', attempts: 1 })
    const slow = await takeDue(one, INSTALL_BOT)
    expect(slow).toMatchObject({ subject: first.id, attempts: 2 })
    advance(1)
    // Linked again, in another tenant, after the job was taken: its holder may have begun before.
    const again = await link('00000000-0000-4000-8000-00000000beef')
    expect(again.id).toBe(first.id)
    const installation = await retryBotInstallation(one, slow)
    expect(installation?.kind).toBe('not_yet')
    const job = await jobOf(INSTALL_BOT, first)
    expect(job).toMatchObject({ lease: null, revision: 2, attempts: 1 })
    expect(Number(job?.dueAtMs)).toBeLessThanOrEqual(one.clock())
    await retryBotInstallation(one, await takeDue(one, INSTALL_BOT))
    const { pending } = (await one.store.endpoints.find(environmentId, first.identifier)) ?? {}
    expect(pending).toMatchObject({ attempts: 2 })
    expect(Number(pending?.nextAttemptAtMs) - one.clock()).toBeGreaterThan(HOUR_MS / 120)
    await forget(INSTALL_BOT)
  })

  test('is not tried any more once they are given another value', async () => {
    const { id, identifier } = await link(TENANT)
    const { store, clock } = one
    await store.commit([store.endpoints.replace(id, { userId: 'u', tenantId: TENANT }, clock())])
    expect((await store.endpoints.find(environmentId, identifier))?.pending).toBeNull()
    const asked = service.entraRequests.length
    expect(await retryBotInstallation(one, await takeDue(one, INSTALL_BOT))).toBeNull()
    expect(service.entraRequests).toHaveLength(asked)
    expect(await jobOf(INSTALL_BOT, { id })).toBeNull()
  })
})
