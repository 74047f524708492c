import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import { commit } from '../commit.ts'
import type { Actor } from '../decision.ts'
import { recordEvents } from '../events/record.ts'
import { isSameBrowser } from './browser-binding.ts'
import { connectWorkspace, storeInstallation, storeWebhook } from './connect-workspace.ts'
import { discardedEvents, installedIn, logDiscarded } from './discarded-installation.ts'
import { isSuccess } from './explanations.ts'
import { identifyUser, storeUser } from './identify-user.ts'
import { expectSubscriber, findKnownLink, type KnownLink, withSubscriberNow } from './known-link.ts'
import { failedEvent, recordFailure } from './link-events.ts'
import {
  type AuthorizationResponse,
  type CallbackRefusal,
  type CallbackResult,
  type FailedOutcome,
  type InstalledIn,
  type LinkDecision,
  LinkOutcome,
  type ProviderAnswer,
} from './outcome.ts'
import { expectTarget, findTarget, type LinkTarget } from './target.ts'

/**
 * Longer than any call to a provider: a claim that has no outcome after this time was interrupted.
 */
const ABANDONED_AFTER_MS = 30_000
const WAIT_FOR_OUTCOME_MS = 15_000
const POLL_MS = 50

type VerifiedState = Extract<StateVerification, { kind: 'valid' }>

/**
 * Where the outcome is reported besides the result page, as set in the integration; null for
 * nowhere.
 */
export type Destination = { redirectUrl: string | null; openerOrigin: string | null }

export const NO_DESTINATION: Destination = { redirectUrl: null, openerOrigin: null }

/** The result of a callback. `link` is null if the state is not authentic. */
export type Completion = {
  result: CallbackResult
  link: KnownLink | null
  destination: Destination
  /**
   * The id of the request that recorded a failure: this one, or the first that failed for the same
   * reason.
   */
  reference: string
}

/**
 * Completes a link, once. To avoid using up a link that cannot succeed, the order is: the
 * provider's error, the state, everything that can be checked without the code, the claim of the
 * link, the exchange of the code, the identity, and one commit of the effect together with the
 * outcome.
 *
 * The destination requires an authentic state, but not a valid one: users who cancelled, or
 * returned too late, are redirected too.
 */
export async function completeLink(
  deps: Deps,
  actor: Actor,
  response: AuthorizationResponse,
): Promise<Completion> {
  const { state } = response
  const verified = state ? await deps.states.verify(state, deps.clock()) : null
  const link = await findKnownLink(deps, verified)
  const result = await resultOf(deps, actor, response, verified, link)
  const reference =
    link === null || isSuccess(result) ? actor.id : await recordFailure(deps, actor, link, result)
  return { result, link, destination: destinationOf(link), reference }
}

async function resultOf(
  deps: Deps,
  actor: Actor,
  response: AuthorizationResponse,
  verified: StateVerification | null,
  link: KnownLink | null,
): Promise<CallbackResult> {
  const { code, error, errorDescription: description, tenant, issuer } = response
  if (error !== null) return { kind: 'authorization_error', error, description }
  if (verified === null) return { kind: 'state_missing' }
  if (!code && tenant === null) return { kind: 'code_missing' }
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  if (link === null) throw new Error('an authentic state belongs to no link')
  const { claims } = verified
  if (claims.bound && !isSameBrowser(deps, claims, response.cookieHeader)) {
    return { kind: 'other_browser' }
  }
  // Reloading the result page shows the same result, even after the link has expired.
  const earlier = await deps.store.spentStates.find(claims.jti)
  if (earlier !== null) return awaitOutcome(deps, actor, link)
  if (verified.kind === 'expired') return { kind: 'link_expired' }

  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  if (issuer !== null && !target.provider.isIssuer(issuer)) return { kind: 'issuer_mismatch' }
  const grant = readGrant(response, claims, target)
  if (grant.kind !== 'code' && grant.kind !== 'consent') return grant
  if (!(await claim(deps, claims))) return awaitOutcome(deps, actor, link)
  return exchange(deps, actor, { verified, link, target }, grant)
}

function destinationOf(link: KnownLink | null): Destination {
  const text = (name: string): string | null => {
    const value = link?.integration?.credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return { redirectUrl: text('redirectUrl'), openerOrigin: text('openerOrigin') }
}

/** A code to exchange, or an administrator's consent to check. */
type Grant = { kind: 'code'; code: string } | { kind: 'consent'; tenantId: string }

/** Reads the parameters of the link's provider and mode, and ignores all others. */
function readGrant(
  { code, tenant, adminConsent }: AuthorizationResponse,
  { mode }: StateClaims,
  { provider }: LinkTarget,
): Grant | CallbackRefusal {
  const { connect } = provider
  if (mode === 'link_user' || connect?.kind !== 'admin_consent') {
    return code ? { kind: 'code', code } : { kind: 'code_missing' }
  }
  if (tenant === null || !connect.isTenantId(tenant)) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'tenant' }
  }
  if (!adminConsent) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'admin_consent' }
  }
  return { kind: 'consent', tenantId: tenant.toLowerCase() }
}

/**
 * Returns true for exactly one request across all processes: only that one may exchange the code.
 */
function claim({ store, clock }: Deps, { jti, environmentId }: StateClaims): Promise<boolean> {
  return store.spentStates.claim({ jti, environmentId, claimedAtMs: clock() })
}

type ClaimedLink = { verified: VerifiedState; link: KnownLink; target: LinkTarget }

/** Calls the provider for a claimed link, once, and stores the result. */
async function exchange(
  deps: Deps,
  actor: Actor,
  { verified: { claims, proofs }, link, target }: ClaimedLink,
  grant: Grant,
): Promise<CallbackResult> {
  const answer =
    claims.mode === 'link_user'
      ? await identifyUser(deps, { claims, proofs }, target, grant)
      : await connectWorkspace(deps, { claims, proofs }, target, grant)
  if (answer.kind === 'failed' && !answer.isSpent) {
    const release = deps.store.spentStates.release(claims.jti)
    let current = link
    return commit(
      deps,
      actor,
      async () => {
        current = await withSubscriberNow(deps, link)
        return answer.outcome
      },
      (failed) => [
        ...expectSubscriber(deps, current),
        release,
        ...recordEvents(deps, actor, [failedEvent(current, failed, false)]),
      ],
    )
  }
  return settle(deps, actor, link, () => decide(deps, answer, link.linkId), installedIn(answer))
}

/**
 * Decides what to store of the provider's response. What the link refers to may have been deleted
 * during the call, so it is read again, and must still exist at the commit.
 */
async function decide(deps: Deps, answer: ProviderAnswer, linkId: string): Promise<LinkDecision> {
  if (answer.kind === 'failed') return answer.outcome
  const target = await findTarget(deps, answer.claims)
  if (target.kind !== 'found') return target
  const decision = await store(deps, target, answer, linkId)
  if (decision.kind !== 'accepted') return decision
  const { change } = decision
  const expects = [...expectTarget(deps, target), ...change.expects]
  return { ...decision, change: { ...change, expects } }
}

function store(
  deps: Deps,
  target: LinkTarget,
  answer: Exclude<ProviderAnswer, { kind: 'failed' }>,
  linkId: string,
): LinkDecision | Promise<LinkDecision> {
  switch (answer.kind) {
    case 'user':
      return storeUser(deps, target, answer, linkId)
    case 'installation':
      return storeInstallation(deps, target, answer, linkId)
    case 'webhook':
      return storeWebhook(deps, target, answer, linkId)
  }
}

/**
 * Commits the effect of a claimed link together with its outcome. If another request stored an
 * outcome meanwhile, that one is kept and shown to the user, and nothing else is stored.
 */
async function settle(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  decideNow: () => LinkDecision | Promise<LinkDecision>,
  installed: InstalledIn | null = null,
): Promise<CallbackResult> {
  const { spentStates } = deps.store
  const { jti } = link.claims
  let attempts = 0
  let current = link
  const decided = await commit(
    deps,
    actor,
    async () => {
      attempts += 1
      current = await withSubscriberNow(deps, link)
      const stored = attempts === 1 ? null : outcomeOf(await spentStates.find(jti), link)
      return stored === null ? decideNow() : ({ kind: 'settled', outcome: stored } as const)
    },
    (decision) => {
      const discarded = discardedEvents(current, installed, decision)
      if (decision.kind === 'settled') return recordEvents(deps, actor, discarded)
      const isUnsettled = spentStates.expectUnsettled(jti)
      if (decision.kind === 'accepted') {
        return [isUnsettled, spentStates.settle(jti, decision.value.outcome)]
      }
      const events = recordEvents(deps, actor, [failedEvent(current, decision, true), ...discarded])
      const expects = [isUnsettled, ...expectSubscriber(deps, current)]
      return [...expects, spentStates.settle(jti, withoutPerson(decision)), ...events]
    },
  )
  logDiscarded(deps, actor, current, installed, decided)
  if (decided.kind === 'settled') return decided.outcome
  if (decided.kind !== 'accepted') return decided
  const { outcome, next } = decided.value
  if (next === null) return outcome
  deps.metrics.linkMade(next.providerId, next.mode)
  return { kind: 'link_next', url: next.url }
}

/**
 * Waits for the outcome of a link that another request is completing. Reads the store, not memory,
 * because that request may be in another process.
 */
async function awaitOutcome(deps: Deps, actor: Actor, link: KnownLink): Promise<CallbackResult> {
  const { store, clock, monotonicMs, sleep } = deps
  const { jti } = link.claims
  const giveUpAtMs = monotonicMs() + WAIT_FOR_OUTCOME_MS
  for (;;) {
    const spent = await store.spentStates.find(jti)
    // The claim was withdrawn: the code was not sent, and the other request reports that to its
    // user.
    if (spent === null) return { kind: 'still_running' }
    const outcome = outcomeOf(spent, link)
    if (outcome !== null) return outcome
    if (clock() - spent.claimedAtMs > ABANDONED_AFTER_MS) {
      return settle(deps, actor, link, () => ({ kind: 'interrupted' }))
    }
    if (monotonicMs() > giveUpAtMs) return { kind: 'still_running' }
    await sleep(POLL_MS)
  }
}

/**
 * A stored outcome must not contain personal data, which may have to be erased; the link itself
 * names the subscriber.
 */
const withoutPerson = (outcome: FailedOutcome): FailedOutcome =>
  outcome.kind === 'subscriber_gone' ? { ...outcome, subscriberId: '' } : outcome

function outcomeOf(
  spent: { outcome: unknown } | null,
  { claims: { subscriberId } }: KnownLink,
): LinkOutcome | null {
  const outcome = spent?.outcome
  if (!Value.Check(LinkOutcome, outcome)) return null
  return outcome.kind === 'subscriber_gone' && subscriberId !== null
    ? { ...outcome, subscriberId }
    : outcome
}
