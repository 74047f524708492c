import type { Deps } from '../../deps.ts'
import type { InstallByCode, RefreshedTokens } from '../../providers/provider.ts'
import {
  type ConnectionAuth,
  refreshAgainAtMs,
  refreshAtMs,
} from '../../store/connections/connection-auth.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'
import type { HeldJob, JobEnd } from '../../store/jobs/jobs.ts'
import { commit } from '../commit.ts'
import { type Accepted, accept } from '../decision.ts'
import { endJob, endJobAlone, jobActor } from '../job.ts'
import { renewedAuth } from './auth.ts'
import { type ConnectedApp, findConnectedApp, NO_CREDENTIALS } from './connected-app.ts'
import { connectionEvent } from './event.ts'
import { lastEventOf } from './last-event.ts'

export type RefreshDeps = Pick<
  Deps,
  'store' | 'providers' | 'random' | 'clock' | 'log' | 'wakeJobs'
>

/** The result of refreshing a connection's tokens. */
export type RefreshResult =
  | { kind: 'refreshed' }
  /** The connection has no tokens to refresh, or they are not due yet. */
  | { kind: 'not_rotating' }
  | { kind: 'refused'; provider: string; error: string }
  | { kind: 'unavailable'; provider: string }

/** A provider that refused a refresh usually refuses it again, until a person reconnects. */
const RETRY_REFUSED_MS = 60 * 60_000
const RETRY_UNAVAILABLE_MS = 30_000

/**
 * Exchanges a connection's refresh token for new tokens if they are due (`now`: in any case), and
 * ends the job. The new tokens are stored before anyone can read them.
 */
export async function refreshTokens(
  deps: RefreshDeps,
  held: HeldJob,
  when: 'due' | 'now',
): Promise<RefreshResult> {
  const { store, clock } = deps
  const holder = await store.connectionTokens.read(held.subject)
  const dueAtMs = holder && refreshAtMs(holder.auth)
  const sent = holder?.auth.refreshToken
  if (holder === null || sent === undefined || (when === 'due' && dueAtMs === null)) {
    await endJobAlone(deps, held, { kind: 'done' })
    return { kind: 'not_rotating' }
  }
  if (when === 'due' && dueAtMs !== null && dueAtMs > clock()) {
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: null })
    return { kind: 'not_rotating' }
  }
  const connected = await findConnectedApp(deps, holder)
  if (connected?.connect.kind !== 'code') {
    await endJobAlone(deps, held, retryIn(clock() + RETRY_REFUSED_MS, NO_CREDENTIALS))
    return { kind: 'not_rotating' }
  }
  return exchange(deps, held, {
    holder,
    sent,
    connected: { ...connected, connect: connected.connect },
  })
}

type Exchange = { holder: TokenHolder; sent: string; connected: ConnectedApp<InstallByCode> }

async function exchange(
  deps: RefreshDeps,
  held: HeldJob,
  { holder, sent, connected: { provider, connect, app } }: Exchange,
): Promise<RefreshResult> {
  const { clock } = deps
  const outcome = await connect.refresh(app, sent)
  switch (outcome.kind) {
    case 'refreshed':
      await storeTokens(deps, held, holder, { sent, tokens: outcome.tokens })
      return { kind: 'refreshed' }
    case 'refused':
      await endRefused(deps, held, holder, outcome.error)
      return { kind: 'refused', provider, error: outcome.error }
    case 'unavailable':
      await endJobAlone(deps, held, retryIn(clock() + RETRY_UNAVAILABLE_MS, outcome.reason))
      return { kind: 'unavailable', provider }
  }
}

/**
 * Ends the job until the next attempt, and records the refusal unless it equals the previous one.
 */
async function endRefused(
  deps: RefreshDeps,
  held: HeldJob,
  holder: TokenHolder,
  error: string,
): Promise<void> {
  const failed = connectionEvent(REFUSED, holder, { reason: error })
  await endJob(
    deps,
    held,
    async () => {
      const isKnown = (await lastRefusal(deps, holder)) === error
      return accept(null, { events: isKnown ? [] : [failed] })
    },
    () => retryIn(deps.clock() + RETRY_REFUSED_MS, error),
  )
}

const REFUSED = 'connection.token_refresh_failed'
const REFRESHED = 'connection.tokens_refreshed'

/** The reason of the last recorded refusal of a connection's tokens; null if they were refreshed since. */
async function lastRefusal(deps: RefreshDeps, holder: TokenHolder): Promise<string | null> {
  // Not the job's problem, which is also set if the provider did not respond.
  const last = await lastEventOf(deps, holder, [REFUSED, REFRESHED])
  return last?.type === REFUSED ? last.reason : null
}

const retryIn = (dueAtMs: number, problem: string): JobEnd => ({ kind: 'again', dueAtMs, problem })

/**
 * Stores new tokens, but only in place of those that were sent. The provider has already revoked
 * the old ones and issues the new ones once, so they are stored even if the lease has expired and
 * another worker has the job.
 */
async function storeTokens(
  deps: RefreshDeps,
  held: HeldJob,
  holder: TokenHolder,
  { sent, tokens }: { sent: string; tokens: RefreshedTokens },
): Promise<void> {
  const { connectionTokens } = deps.store
  const { clock, log } = deps
  const decide = async (): Promise<Accepted<ConnectionAuth> | { kind: 'replaced' }> => {
    const current = await connectionTokens.read(held.subject)
    if (current === null || !isSame(current.auth, holder.auth)) return { kind: 'replaced' }
    const nowMs = clock()
    const auth = renewedAuth(current.auth, sent, tokens, nowMs)
    return accept(auth, {
      expects: [connectionTokens.expectUnchanged(current)],
      writes: [connectionTokens.renew(held.subject, auth, nowMs)],
      // Records the recovery only after a recorded refusal.
      events:
        held.attempts > 1 && (await lastRefusal(deps, holder)) !== null
          ? [connectionEvent(REFRESHED, holder)]
          : [],
    })
  }
  const dueAgainAtMs = (auth: ConnectionAuth): number | null => refreshAgainAtMs(auth, clock())
  const endOf = (decided: Awaited<ReturnType<typeof decide>>): JobEnd => {
    // The stored tokens may or may not be due: the next run decides.
    if (decided.kind !== 'accepted') return { kind: 'again', dueAtMs: clock(), problem: null }
    const dueAtMs = dueAgainAtMs(decided.value)
    return dueAtMs === null ? { kind: 'done' } : { kind: 'again', dueAtMs, problem: null }
  }
  let decided = await endJob(deps, held, decide, endOf)
  if (decided.kind === 'lease_lost') {
    decided = await commit(deps, jobActor(held), async () => {
      const late = await decide()
      if (late.kind !== 'accepted') return late
      const dueAtMs = dueAgainAtMs(late.value)
      const jobs = dueAtMs === null ? [] : [{ kind: held.kind, subject: held.subject, dueAtMs }]
      return accept(late.value, { ...late.change, jobs })
    })
  }
  if (decided.kind === 'replaced') {
    log.warn(
      { connectionId: held.subject },
      'tokens were replaced by another request during a refresh',
    )
  }
}

const isSame = (one: ConnectionAuth, other: ConnectionAuth): boolean =>
  one.accessToken === other.accessToken && one.refreshToken === other.refreshToken
