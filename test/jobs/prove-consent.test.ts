import { afterAll, describe, expect, test } from 'bun:test'
import { proveConsent } from '../../src/domain/connections/consent.ts'
import { verifyCredentials } from '../../src/domain/connections/verify.ts'
import { LEASE_MS } from '../../src/domain/job.ts'
import type { Connection } from '../../src/store/connections/connection-rows.ts'
import { PROVE_CONSENT } from '../../src/store/jobs/pending.ts'
import { createConnections, startTwoProcesses, takeDue } from './two-processes.ts'

const processes = await startTwoProcesses()
const { one, two, advance } = processes
const { connectionOf, read, jobOf, forget, eventsOf } = createConnections(processes)
afterAll(processes.close)

const HOUR_MS = 60 * 60_000

/** A tenant in which no administrator has consented. */
const TENANT = '00000000-0000-4000-8000-00000000dead'

async function pendingConnection(): Promise<Connection> {
  const connection = connectionOf(processes.teamsIntegrationId, TENANT)
  const pending = { problem: 'first', nextAttemptAtMs: one.clock() }
  await one.store.commit(one.store.connections.insert(connection, { accessToken: 'x' }, pending))
  return connection
}

describe('a consent that is pending', () => {
  test('is checked again until latch gives up after 7 days', async () => {
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
    // Of all these attempts, the last is told: that nobody asks any more, and why.
    const subject = `connection:${connection.identifier}`
    expect(await eventsOf(subject)).toEqual([
      ['connection.consent_gave_up', String(pending?.problem), `job:${PROVE_CONSENT}`],
    ])
    advance(24 * HOUR_MS)
    expect(await one.store.jobs.nextDueAtMs([PROVE_CONSENT])).toBeNull()

    // Whoever asks is told, and a new install begins anew.
    expect(await verifyCredentials(one, connection.id)).toMatchObject({ kind: 'not_consented' })
    expect((await read(one, connection)).pending?.gaveUpAtMs).not.toBeNull()
    expect(await eventsOf(subject)).toHaveLength(1)
    const again = { problem: 'again', nextAttemptAtMs: one.clock() }
    const installed = { ...connection, updatedAtMs: one.clock() }
    await one.store.commit(one.store.connections.install(installed, { accessToken: 'x' }, again))
    expect((await read(one, connection)).pending).toMatchObject({ attempts: 1, gaveUpAtMs: null })
    await takeDue(one, PROVE_CONSENT)
    await forget(PROVE_CONSENT)
  }, 30_000)

  test('has one event once it is proven, and no second when it is verified again', async () => {
    const connection = await pendingConnection()
    const teams = one.providers.get('msteams')
    if (teams?.connect?.kind !== 'admin_consent') throw new Error('no Teams')
    const proven = async () => ({ kind: 'proven' as const })
    const changed = { ...teams, connect: { ...teams.connect, prove: proven } }
    const deps = { ...one, providers: new Map([...one.providers, ['msteams', changed]]) }
    expect(await proveConsent(deps, await takeDue(one, PROVE_CONSENT), 'due')).toEqual({
      kind: 'proven',
    })
    expect((await read(one, connection)).pending).toBeNull()
    const told = await eventsOf(`connection:${connection.identifier}`)
    expect(told).toEqual([['connection.consent_proven', null, `job:${PROVE_CONSENT}`]])
    expect(await verifyCredentials(deps, connection.id)).toEqual({ kind: 'refreshed' })
    expect(await eventsOf(`connection:${connection.identifier}`)).toEqual(told)
    await forget(PROVE_CONSENT)
  })

  test('is not marked as pending again by a slow worker once it is proven', async () => {
    const connection = await pendingConnection()
    const slow = await takeDue(one, PROVE_CONSENT)
    const { store, clock } = two
    const installed = { ...connection, updatedAtMs: clock() + 1 }
    await store.commit(store.connections.install(installed, { accessToken: 'x' }))
    expect(await proveConsent(one, slow, 'due')).toEqual({ kind: 'not_pending' })
    expect((await read(one, connection)).pending).toBeNull()
    expect(await jobOf(PROVE_CONSENT, connection)).toBeNull()
  })

  test('is not reported as proven if nothing was stored', async () => {
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
    expect(await verifyCredentials({ ...one, providers }, connection.id)).toEqual({
      kind: 'in_progress',
    })
    expect((await read(one, connection)).pending).toMatchObject({ problem: 'first' })
    expect(await eventsOf(`connection:${connection.identifier}`)).toEqual([])
    await forget(PROVE_CONSENT)
  })

  test('is not postponed by a slow worker after another has taken the job', async () => {
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
