import { afterAll, describe, expect, test } from 'bun:test'
import type { Deps } from '../../src/deps.ts'
import { retryBotInstallation } from '../../src/domain/endpoints/bot-installation.ts'
import { LEASE_MS } from '../../src/domain/job.ts'
import { freshRow } from '../../src/store/fresh-row.ts'
import { INSTALL_BOT } from '../../src/store/jobs/pending.ts'
import { createConnections, startTwoProcesses, takeDue } from './two-processes.ts'

const processes = await startTwoProcesses()
const { one, two, service, environmentId, advance } = processes
const { jobOf, forget, eventsOf } = createConnections(processes)
afterAll(processes.close)

const HOUR_MS = 60 * 60_000
/** A tenant in which no administrator has consented. */
const TENANT = '00000000-0000-4000-8000-00000000dead'

describe('a user without the bot', () => {
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
      connectionIdentifier: 'same',
      workspaceId: tenantId,
      workspaceAlias: null,
      chatUserId: 'user',
      verification: 'none' as const,
      verifiedAtMs: null,
      botRetry: { problem: 'first', nextAttemptAtMs: clock() },
    }
    await store.commit([
      store.subscribers.insertIfMissing({
        ...freshRow(one, environmentId),
        subscriberId: 'sub',
        profile: {},
      }),
      ...store.endpoints.link(endpoint),
    ])
    const { items } = await store.endpoints.page(
      { environmentId, connectionIdentifier: 'same' },
      { limit: 10, orderBy: 'createdAt', direction: 'asc', cursor: null },
    )
    const [found, ...others] = items
    if (found === undefined || others.length > 0) throw new Error('not one endpoint')
    return found
  }

  test('is retried under the id of the linked endpoint, which shows the problem', async () => {
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

  /** `deps` whose provider installs the bot, after `act` has run. */
  const installingAfter = (act: () => Promise<unknown>): Deps => {
    const teams = one.providers.get('msteams')
    if (teams === undefined) throw new Error('no Teams')
    const installBot = async () => {
      await act()
      return { kind: 'reachable' } as const
    }
    return { ...one, providers: new Map([...one.providers, ['msteams', { ...teams, installBot }]]) }
  }

  const linkAgain = async () => {
    advance(1)
    await link('00000000-0000-4000-8000-00000000beef')
  }

  /** `deps` with which somebody links again when the job is about to be ended. */
  const interruptedAtTheEnd = (): Deps => {
    const { store } = one
    let isFirst = true
    const commit: typeof store.commit = async (writes) => {
      if (isFirst) {
        isFirst = false
        await linkAgain()
      }
      return store.commit(writes)
    }
    return { ...installingAfter(async () => {}), store: { ...store, commit } }
  }

  for (const [moment, depsOf] of [
    ['while the bot is installed', () => installingAfter(linkAgain)],
    ['while the result is stored', interruptedAtTheEnd],
  ] as const) {
    test(`and who links again ${moment} is tried again as they are now`, async () => {
      const { id, identifier } = await link(TENANT)
      const held = await takeDue(one, INSTALL_BOT)
      expect(await retryBotInstallation(depsOf(), held)).toBeNull()
      const { pending } = (await one.store.endpoints.find(environmentId, identifier)) ?? {}
      expect(pending).toMatchObject({ problem: 'first' })
      const job = await jobOf(INSTALL_BOT, { id })
      expect(job).toMatchObject({ lease: null })
      expect(Number(job?.dueAtMs)).toBeLessThanOrEqual(one.clock())
      await forget(INSTALL_BOT)
    })
  }

  test('is left to the worker that took the job from a slow one', async () => {
    const { id, identifier } = await link(TENANT)
    const slow = await takeDue(one, INSTALL_BOT)
    const deps = installingAfter(async () => {
      advance(LEASE_MS)
      await takeDue(two, INSTALL_BOT)
    })
    expect(await retryBotInstallation(deps, slow)).toBeNull()
    const { pending } = (await one.store.endpoints.find(environmentId, identifier)) ?? {}
    expect(pending).toMatchObject({ problem: 'first' })
    expect((await jobOf(INSTALL_BOT, { id }))?.lease).not.toBeNull()
    await forget(INSTALL_BOT)
  })

  test('has an event once the bot is installed', async () => {
    const { id, identifier } = await link(TENANT)
    const deps = installingAfter(async () => {})
    await retryBotInstallation(deps, await takeDue(one, INSTALL_BOT))
    expect(await eventsOf(`endpoint:${identifier}`)).toEqual([
      ['endpoint.reachable', null, `job:${INSTALL_BOT}`],
    ])
    expect(await jobOf(INSTALL_BOT, { id })).toBeNull()
  })

  test('is not retried once the endpoint has another value', async () => {
    const { id, identifier } = await link(TENANT)
    const { store, clock } = one
    const value = {
      endpoint: { userId: 'u', tenantId: TENANT },
      secret: null,
      workspaceId: TENANT,
      workspaceAlias: null,
      chatUserId: 'u',
      verification: 'none' as const,
      verifiedAtMs: null,
    }
    await store.commit([store.endpoints.replace(id, value, clock())])
    expect((await store.endpoints.find(environmentId, identifier))?.pending).toBeNull()
    const asked = service.entraRequests.length
    expect(await retryBotInstallation(one, await takeDue(one, INSTALL_BOT))).toBeNull()
    expect(service.entraRequests).toHaveLength(asked)
    expect(await jobOf(INSTALL_BOT, { id })).toBeNull()
  })
})
