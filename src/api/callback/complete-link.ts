import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import type { StateClaims } from '../../secrets/state.ts'
import { isSameBrowser } from '../links/browser-binding.ts'
import { readArrival } from './arrival.ts'
import { exchange } from './exchange.ts'
import { type CallbackResult, LinkOutcome } from './outcome.ts'
import type { CallbackQuery } from './query.ts'
import { findTarget } from './target.ts'

/** How long outcomes are kept for callbacks that come again; far longer than a state lives. */
const REMEMBER_MS = 24 * 60 * 60 * 1000
/** Longer than any call to a provider: a claim with no outcome after this was cut off. */
const ABANDONED_AFTER_MS = 30_000
const WAIT_FOR_OUTCOME_MS = 15_000
const POLL_MS = 50

/**
 * Completes a link, once. In this order, so that nothing is spent on what cannot succeed: the
 * provider's error, the state, all that can be checked without the code, the claim, the code's
 * exchange, who it is, and one commit of identity and outcome (DESIGN.md, decisions 7 and 8).
 */
export async function completeLink(deps: Deps, query: CallbackQuery): Promise<CallbackResult> {
  const { code, state, error } = query
  if (error !== null) {
    return { kind: 'authorization_error', error, description: query.errorDescription }
  }
  if (!state) return { kind: 'state_missing' }
  if (!code && query.tenant === null) return { kind: 'code_missing' }

  const verified = await deps.states.verify(state, deps.clock())
  if (verified.kind === 'refused') return { kind: 'state_invalid', reason: verified.reason }
  const { claims } = verified
  if (claims.bound && !isSameBrowser(deps, claims, query.cookies)) return { kind: 'other_browser' }
  // A reload of the last page, perhaps after the state's time: it is told what it was told before.
  const earlier = await deps.store.spentStates.find(claims.jti)
  if (earlier !== null) return awaitOutcome(deps, claims.jti)
  if (verified.kind === 'expired') return { kind: 'link_expired' }

  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return target
  if (query.issuer !== null && !target.provider.isIssuer(query.issuer)) {
    return { kind: 'issuer_mismatch' }
  }
  const arrival = readArrival(query, claims, target)
  if (arrival.kind !== 'code' && arrival.kind !== 'consent') return arrival
  if (!(await claim(deps, claims))) return awaitOutcome(deps, claims.jti)
  return exchange(deps, verified, target, arrival)
}

function claim({ store, clock }: Deps, claims: StateClaims): Promise<boolean> {
  const { jti, environmentId } = claims
  const nowMs = clock()
  return store.spentStates.claim({ jti, environmentId, claimedAtMs: nowMs }, nowMs - REMEMBER_MS)
}

/**
 * What became of a link that another request is completing or has completed. Asked of the store and
 * not of memory, as that request may be another process's.
 */
async function awaitOutcome(deps: Deps, jti: string): Promise<CallbackResult> {
  const { store, clock, monotonicMs, sleep } = deps
  const giveUpAtMs = monotonicMs() + WAIT_FOR_OUTCOME_MS
  for (;;) {
    const spent = await store.spentStates.find(jti)
    // Given back: the code was not sent, and the other request tells its user so.
    if (spent === null) return { kind: 'still_running' }
    if (Value.Check(LinkOutcome, spent.outcome)) return spent.outcome
    if (clock() - spent.claimedAtMs > ABANDONED_AFTER_MS) {
      const outcome = { kind: 'interrupted' } as const
      await store.commit([store.spentStates.settle(jti, outcome)])
      return outcome
    }
    if (monotonicMs() > giveUpAtMs) return { kind: 'still_running' }
    await sleep(POLL_MS)
  }
}
