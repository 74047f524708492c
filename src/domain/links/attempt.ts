import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import type { Attempt } from '../../secrets/attempts.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { HeldAttempt } from '../../store/links/held-attempts.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import { commit } from '../commit.ts'
import type { Actor } from '../decision.ts'
import { recordEvents } from '../events/record.ts'
import type { DomainEvent } from '../events/registry.ts'
import {
  discardedEvents,
  endDiscarded,
  installedInHeld,
  staysInstalled,
} from './discarded-installation.ts'
import { isFailure } from './explanations.ts'
import { expectSubscriber, type KnownLink, withSubscriberNow } from './known-link.ts'
import { newFailureEvents } from './link-events.ts'
import {
  type CallbackResult,
  type FailedOutcome,
  type InstalledIn,
  type LinkDecision,
  LinkOutcome,
} from './outcome.ts'

/** How long the browser that made an attempt is told its outcome again. */
export const ATTEMPT_LIFETIME_MS = 10 * 60_000

/** Longer than any call to a provider: a claim without an outcome after this was cut off. */
const ABANDONED_AFTER_MS = 30_000
const WAIT_FOR_OUTCOME_MS = 15_000
const POLL_MS = 50

/** `claimed` for one request only, over all processes: that one may exchange the code. */
export const claimAttempt = (
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { jti, environmentId }: StateClaims,
  { id }: Attempt,
): Promise<'claimed' | 'taken' | 'exhausted'> =>
  store.linkAttempts.claim({ jti, attemptId: id, environmentId, claimedAtMs: clock() })

/** What is settled besides the attempt. */
export type Settled = {
  /** Where the app was installed, or obtained consent. */
  installed?: InstalledIn | null
  /** The row that holds the attempt: it must still be there where something is stored, and goes. */
  heldId?: string
}

/**
 * Commits what an attempt has come to, together with its outcome. The first attempt to store something
 * uses up the link; any other has come to nothing, and its outcome is that. Where another request has
 * stored an outcome of this attempt meanwhile, that one stays.
 */
export async function settleAttempt(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
  decideNow: () => LinkDecision | Promise<LinkDecision>,
  { installed = null, heldId }: Settled = {},
): Promise<CallbackResult> {
  const { linkAttempts, heldAttempts, spentStates } = deps.store
  const { jti, environmentId } = link.claims
  let tries = 0
  let current = link
  let failures: readonly DomainEvent[] = []

  /** What others have committed since: an outcome of this attempt, or another that was faster. */
  async function overtaken() {
    if (tries === 1) return null
    const outcome = outcomeOf(await linkAttempts.find(name), link)
    if (outcome !== null) return { kind: 'settled', outcome } as const
    return (await spentStates.isSpent(jti)) ? ({ kind: 'already_used' } as const) : null
  }

  const decided = await commit(
    deps,
    actor,
    async () => {
      tries += 1
      current = await withSubscriberNow(deps, link)
      const decision = (await overtaken()) ?? (await decideNow())
      failures = await failuresOf(deps, current, decision)
      return decision
    },
    (decision) => {
      const discarded = discardedEvents(current, installed, decision)
      const release = heldId === undefined ? [] : [heldAttempts.remove(name)]
      if (decision.kind === 'settled') return [...release, ...recordEvents(deps, actor, discarded)]
      const isUnsettled = linkAttempts.expectUnsettled(name)
      if (decision.kind !== 'accepted') {
        const events = recordEvents(deps, actor, [...failures, ...discarded])
        const expects = [isUnsettled, ...expectSubscriber(deps, current)]
        const settle = linkAttempts.settle(name, withoutPerson(decision))
        return [...expects, settle, ...release, ...events]
      }
      const isHeld = heldId === undefined ? [] : [heldAttempts.expectHeld(heldId)]
      const { outcome } = decision.value
      const spend = spentStates.spend({ jti, environmentId, claimedAtMs: deps.clock() })
      return [
        isUnsettled,
        ...isHeld,
        ...(isFailure(outcome) ? expectSubscriber(deps, current) : [spend]),
        linkAttempts.settle(name, outcome),
        ...release,
        ...recordEvents(deps, actor, failures),
      ]
    },
  )
  await endDiscarded(deps, actor, current, installed, decided)
  if (decided.kind === 'settled') return decided.outcome
  if (decided.kind !== 'accepted') return decided
  return decided.value.outcome
}

/** The event of a decision that completes nothing, even if it stores something. */
function failuresOf(
  deps: Deps,
  link: KnownLink,
  decision: LinkDecision | { kind: 'settled'; outcome: LinkOutcome },
): Promise<readonly DomainEvent[]> | readonly DomainEvent[] {
  if (decision.kind === 'settled') return []
  const outcome = decision.kind === 'accepted' ? decision.value.outcome : decision
  return isFailure(outcome) ? newFailureEvents(deps, link, outcome) : []
}

/** Gives a claim back, because the code was not sent: it can be used again. */
export async function releaseAttempt(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
  outcome: FailedOutcome,
): Promise<FailedOutcome> {
  let current = link
  let failures: readonly DomainEvent[] = []
  return commit(
    deps,
    actor,
    async () => {
      current = await withSubscriberNow(deps, link)
      failures = await newFailureEvents(deps, current, outcome)
      return outcome
    },
    () => [
      ...expectSubscriber(deps, current),
      deps.store.linkAttempts.release(name),
      ...recordEvents(deps, actor, failures),
    ],
  )
}

/**
 * The outcome of an attempt that another request is making or has made; waits for it where `mayWait`.
 * Read from the store and not from memory, as that request may be in another process.
 */
export async function earlierOutcome(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
  mayWait: boolean,
): Promise<CallbackResult> {
  const { store, clock, monotonicMs, sleep } = deps
  const giveUpAtMs = monotonicMs() + (mayWait ? WAIT_FOR_OUTCOME_MS : 0)
  for (;;) {
    const attempt = await store.linkAttempts.find(name)
    // Released: the code was not sent, and the other request tells its user so.
    if (attempt === null) return { kind: 'still_running' }
    const outcome = outcomeOf(attempt, link)
    if (outcome !== null) return outcome
    const held = await store.heldAttempts.find(name)
    if (held !== null) return heldOutcome(deps, actor, link, held)
    if (clock() - attempt.claimedAtMs > ABANDONED_AFTER_MS) {
      return settleAttempt(deps, actor, link, name, () => ({ kind: 'interrupted' }))
    }
    if (monotonicMs() >= giveUpAtMs) return { kind: 'still_running' }
    await sleep(POLL_MS)
  }
}

/** Of an attempt that waits for the user: that it does, or that it has waited too long. */
export async function heldOutcome(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  held: HeldAttempt,
): Promise<CallbackResult> {
  const { attemptId, expiresAtMs } = held
  if (deps.clock() <= expiresAtMs) return { kind: 'confirmation_required', attemptId }
  const installed = installedInHeld(held)
  const expired = { kind: 'confirmation_expired', ...staysInstalled(link, installed) } as const
  return settleAttempt(deps, actor, link, held, () => expired, { installed, heldId: held.id })
}

/** What is stored says nothing about a person, who may be erased; the link itself says whom it is for. */
const withoutPerson = (outcome: FailedOutcome): FailedOutcome =>
  outcome.kind === 'subscriber_gone' ? { ...outcome, subscriberId: '' } : outcome

export function outcomeOf(
  attempt: { outcome: unknown } | null,
  { claims: { subscriberId } }: KnownLink,
): LinkOutcome | null {
  const outcome = attempt?.outcome
  if (!Value.Check(LinkOutcome, outcome)) return null
  return outcome.kind === 'subscriber_gone' && subscriberId !== null
    ? { ...outcome, subscriberId }
    : outcome
}
