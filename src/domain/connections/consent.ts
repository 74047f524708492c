import type { ConsentProof } from '../../providers/provider.ts'
import type { TokenHolder } from '../../store/connections/connection-tokens.ts'
import type { HeldJob, JobEnd } from '../../store/jobs/jobs.ts'
import { type Accepted, accept } from '../decision.ts'
import type { DomainEvent } from '../events/registry.ts'
import { endJob, endJobAlone } from '../job.ts'
import { retryDelayMs } from '../retry-delay.ts'
import { findConnectedApp, NO_CREDENTIALS } from './connected-app.ts'
import { connectionEvent } from './event.ts'
import { lastEventOf } from './last-event.ts'
import type { RefreshDeps } from './refresh.ts'

/** The result of checking an administrator's consent. */
export type ConsentResult =
  | { kind: 'proven' }
  /** No consent is pending, or the integration lacks the credentials to check it. */
  | { kind: 'not_pending' }
  | { kind: 'not_consented'; provider: string; problem: string; gaveUp: boolean }
  /** Nothing was stored: another worker took the job meanwhile, or the connection changed. */
  | { kind: 'in_progress' }

/** Consent that is not proven within this time is unlikely to be given any more. */
const GIVE_UP_AFTER_MS = 7 * 24 * 60 * 60_000
const RETRY_NO_MEANS_MS = 60 * 60_000

/**
 * Asks the provider whether a pending consent of an administrator has taken effect (`now`: even if
 * none is pending), and ends the job. Only a token for that tenant proves it: the parameters of a
 * callback are claims that anyone could make.
 */
export async function proveConsent(
  deps: RefreshDeps,
  held: HeldJob,
  when: 'due' | 'now',
): Promise<ConsentResult> {
  const { store, clock } = deps
  const holder = await store.connectionTokens.read(held.subject)
  if (holder === null || (when === 'due' && holder.consentProblem === null)) {
    await endJobAlone(deps, held, { kind: 'done' })
    return { kind: 'not_pending' }
  }
  const connected = await findConnectedApp(deps, holder)
  if (connected?.connect.kind !== 'admin_consent') {
    const dueAtMs = clock() + RETRY_NO_MEANS_MS
    await endJobAlone(deps, held, { kind: 'again', dueAtMs, problem: NO_CREDENTIALS })
    return { kind: 'not_pending' }
  }
  const proof = await connected.connect.prove(connected.app, holder.workspaceId)
  const end = endOf(proof, held, holder, clock())
  const isStored = await storeProof(deps, held, holder, { proof, end })
  if (!isStored) return { kind: 'in_progress' }
  if (proof.kind === 'proven') return { kind: 'proven' }
  const { provider } = connected
  return {
    kind: 'not_consented',
    provider,
    problem: proof.problem,
    gaveUp: end.kind === 'gave_up',
  }
}

function endOf(
  proof: ConsentProof,
  { attempts }: HeldJob,
  { consentProblem, updatedAtMs }: TokenHolder,
  nowMs: number,
): JobEnd {
  if (proof.kind === 'proven') return { kind: 'done' }
  const { problem } = proof
  // The connection was last changed when its consent became pending.
  const isOverdue = consentProblem !== null && nowMs - updatedAtMs >= GIVE_UP_AFTER_MS
  if (isOverdue) return { kind: 'gave_up', problem }
  return { kind: 'again', dueAtMs: nowMs + retryDelayMs(attempts - 1), problem }
}

/**
 * Stores the provider's response, unless the connection changed since the call or another worker
 * took the job. Returns whether it was stored.
 */
async function storeProof(
  deps: RefreshDeps,
  held: HeldJob,
  asked: TokenHolder,
  { proof, end }: { proof: ConsentProof; end: JobEnd },
): Promise<boolean> {
  const { connectionTokens } = deps.store
  const problem = proof.kind === 'proven' ? null : proof.problem
  const decide = async (): Promise<Accepted<null> | { kind: 'changed' }> => {
    const current = await connectionTokens.read(held.subject)
    if (current?.updatedAtMs !== asked.updatedAtMs) return { kind: 'changed' }
    return accept(null, {
      expects: [connectionTokens.expectUnchanged(current)],
      writes: [connectionTokens.setConsentProblem(current, problem, deps.clock())],
      events: await eventsOf(deps, current, problem, end),
    })
  }
  const decided = await endJob(deps, held, decide, ({ kind }) =>
    kind === 'accepted' ? end : { kind: 'again', dueAtMs: deps.clock(), problem: null },
  )
  return decided.kind === 'accepted'
}

const PROVEN = 'connection.consent_proven'
const GAVE_UP = 'connection.consent_gave_up'

/** The event of a consent that is newly proven, or is no longer checked; otherwise none. */
async function eventsOf(
  deps: RefreshDeps,
  current: TokenHolder,
  problem: string | null,
  end: JobEnd,
): Promise<DomainEvent[]> {
  if (problem === null && current.consentProblem !== null) {
    return [connectionEvent(PROVEN, current)]
  }
  if (end.kind !== 'gave_up') return []
  // A later check that also fails gives up again, but must not record it again.
  const isKnown = (await lastEventOf(deps, current, [GAVE_UP, PROVEN]))?.type === GAVE_UP
  return isKnown ? [] : [connectionEvent(GAVE_UP, current, { reason: end.problem })]
}
