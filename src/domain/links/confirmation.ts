import type { Deps } from '../../deps.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import type { Actor } from '../decision.ts'
import { heldOutcome, outcomeOf, settleAttempt } from './attempt.ts'
import { installedIn, installedInHeld, staysInstalled } from './discarded-installation.ts'
import { storeAnswer } from './exchange.ts'
import { readHeld, withClaims } from './held-attempt.ts'
import type { KnownLink } from './known-link.ts'
import type { CallbackResult, StorableAnswer } from './outcome.ts'
import { findTarget, type LinkTarget } from './target.ts'

/** An attempt that waits for the user's confirmation, with what they are to confirm. */
export type Waiting = {
  kind: 'waiting'
  heldId: string
  target: LinkTarget
  answer: StorableAnswer
}

/**
 * Finds what an attempt waits for, or what became of it: it may have been confirmed or declined in
 * another tab, have expired, or lost what it refers to.
 */
export async function findWaiting(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
): Promise<Waiting | CallbackResult> {
  const { store } = deps
  const attempt = await store.linkAttempts.find(name)
  // Old attempts are removed, and a code that was never sent is released.
  if (attempt === null) return { kind: 'attempt_over' }
  const outcome = outcomeOf(attempt, link)
  if (outcome !== null) return outcome
  const held = await store.heldAttempts.find(name)
  const target = await findTarget(deps, link.claims)
  // What was held is deleted with the subscriber and with the integration.
  if (held === null) {
    const lost = target.kind === 'found' ? ({ kind: 'interrupted' } as const) : target
    return settleAttempt(deps, actor, link, name, () => lost)
  }
  const waiting = await heldOutcome(deps, actor, link, held)
  if (waiting.kind !== 'confirmation_required') return waiting
  const read = readHeld(held)
  const answer = read && withClaims(read.answer, link.claims)
  if (target.kind === 'found' && answer !== null) {
    return { kind: 'waiting', heldId: held.id, target, answer }
  }
  const lost = target.kind === 'found' ? ({ kind: 'interrupted' } as const) : target
  const installed = installedInHeld(held)
  return settleAttempt(deps, actor, link, name, () => lost, { heldId: held.id, installed })
}

/** What the user has decided on the page. */
export type UserDecision = {
  isConfirmed: boolean
  /** Of an installation: whether they are to be linked themselves too, if the link asks for it. */
  linksInstaller: boolean
}

/**
 * Ends an attempt by what the user has decided. Everything is checked again at the commit: minutes may
 * have passed since the user came back from the provider.
 */
export async function decideAttempt(
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
  { heldId, target, answer }: Waiting,
  { isConfirmed, linksInstaller }: UserDecision,
): Promise<CallbackResult> {
  if (isConfirmed) {
    const agreed = linksInstaller ? answer : withoutInstaller(answer)
    return storeAnswer(deps, actor, { link, target, name, answer: agreed, heldId })
  }
  const installed = installedIn(answer)
  const declined = { kind: 'declined', ...staysInstalled(link, installed) } as const
  return settleAttempt(deps, actor, link, name, () => declined, { heldId, installed })
}

/** That a link asks for it does not mean that the user who installs the app wants it. */
const withoutInstaller = (answer: StorableAnswer): StorableAnswer =>
  answer.kind === 'installation'
    ? { ...answer, claims: { ...answer.claims, autoLinkUser: false } }
    : answer
