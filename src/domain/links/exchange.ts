import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import type { Actor } from '../decision.ts'
import { releaseAttempt, settleAttempt } from './attempt.ts'
import { connectWorkspace, storeInstallation, storeWebhook } from './connect-workspace.ts'
import { installedIn } from './discarded-installation.ts'
import { identifyUser, storeUser } from './identify-user.ts'
import type { KnownLink } from './known-link.ts'
import type { CallbackResult, Grant, LinkDecision, ProviderAnswer } from './outcome.ts'
import { expectTarget, findTarget, type LinkTarget } from './target.ts'

/** An attempt that this request has claimed. */
type ClaimedAttempt = {
  verified: Extract<StateVerification, { kind: 'valid' }>
  link: KnownLink
  target: LinkTarget
  name: AttemptName
}

/** Calls the provider with a claimed code, once, and stores the result. */
export async function exchange(
  deps: Deps,
  actor: Actor,
  { verified: { claims, proofs }, link, target, name }: ClaimedAttempt,
  grant: Grant,
): Promise<CallbackResult> {
  const answer =
    claims.mode === 'link_user'
      ? await identifyUser(deps, { claims, proofs }, target, grant)
      : await connectWorkspace(deps, { claims, proofs }, target, grant)
  if (answer.kind === 'failed' && !answer.codeSent) {
    return releaseAttempt(deps, actor, link, name, answer.outcome)
  }
  const decideNow = () => decide(deps, answer, link.linkId)
  return settleAttempt(deps, actor, link, name, decideNow, installedIn(answer))
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
