import type { Deps } from '../../deps.ts'
import type { StateVerification } from '../../secrets/state.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import { commit } from '../commit.ts'
import type { Actor } from '../decision.ts'
import { releaseAttempt, settleAttempt } from './attempt.ts'
import { connectWorkspace, storeInstallation, storeWebhook } from './connect-workspace.ts'
import { installedIn } from './discarded-installation.ts'
import { holdAnswer } from './held-attempt.ts'
import { identifyUser, installBotInTime, storeUser } from './identify-user.ts'
import type { KnownLink } from './known-link.ts'
import type {
  CallbackResult,
  LinkDecision,
  ProviderAnswer,
  StorableAnswer,
  Storing,
} from './outcome.ts'
import { expectTarget, findTarget, type LinkTarget } from './target.ts'
import { needsConfirmation } from './verification.ts'

/** An attempt that this request has claimed. */
type ClaimedAttempt = {
  state: string
  verified: Extract<StateVerification, { kind: 'valid' }>
  link: KnownLink
  target: LinkTarget
  name: AttemptName
}

/** The result, and what the provider answered, for the page that shows it. */
export type Exchanged = { result: CallbackResult; answer: ProviderAnswer }

/**
 * Calls the provider with a claimed code, once. Stores the result, or holds it until the user has
 * confirmed it.
 */
export async function exchange(
  deps: Deps,
  actor: Actor,
  { state, verified: { claims, proofs }, link, target, name }: ClaimedAttempt,
  code: string,
): Promise<Exchanged> {
  const answer =
    claims.mode === 'link_user'
      ? await identifyUser(deps, { claims, proofs }, target, code)
      : await connectWorkspace(deps, { claims, proofs }, target, code)
  if (answer.kind === 'failed') {
    const { outcome } = answer
    const result = answer.codeSent
      ? await settleAttempt(deps, actor, link, name, () => outcome, {
          installed: installedIn(answer),
        })
      : await releaseAttempt(deps, actor, link, name, outcome)
    return { result, answer }
  }
  if (needsConfirmation(deps, target, claims) && !isUnproven(answer)) {
    const isHeld = await hold(deps, actor, { state, name, link, answer })
    if (isHeld) {
      return { result: { kind: 'confirmation_required', attemptId: name.attemptId }, answer }
    }
  }
  return { result: await storeAnswer(deps, actor, { link, target, name, answer }), answer }
}

/** Without proof nothing is connected, and an operator decides. */
const isUnproven = (answer: StorableAnswer): boolean =>
  answer.kind === 'installation' && answer.adminProblem !== null

/** False if the answer would be refused anyway: then there is nothing to ask the user. */
async function hold(
  deps: Deps,
  actor: Actor,
  held: { state: string; name: AttemptName; link: KnownLink; answer: StorableAnswer },
): Promise<boolean> {
  const { state, name, link, answer } = held
  const storing = { linkId: link.linkId, verification: 'confirm', ...NO_BOT } as const
  const decided = await commit(deps, actor, async () => {
    const decision = await decide(deps, answer, storing)
    return decision.kind === 'accepted'
      ? holdAnswer(deps, name, state, answer, decision.change.expects)
      : decision
  })
  return decided.kind === 'accepted'
}

/** Of what is not stored yet. */
const NO_BOT = { botInstallation: { kind: 'reachable' } } as const

/** An attempt whose answer is to be stored. `heldId`: the row that holds it, if it was held. */
export type AnsweredAttempt = {
  link: KnownLink
  target: LinkTarget
  name: AttemptName
  answer: StorableAnswer
  heldId?: string
}

/** Does at the provider what is still to be done, and stores the answer. */
export async function storeAnswer(
  deps: Deps,
  actor: Actor,
  { link, target, name, answer, heldId }: AnsweredAttempt,
): Promise<CallbackResult> {
  const botInstallation =
    answer.kind === 'user'
      ? await installBotInTime(deps, target, answer.identity)
      : NO_BOT.botInstallation
  const { linkId } = link
  // By what has happened, and not by what is set.
  const isOfSession = answer.claims.session !== null
  const verification = isOfSession ? 'session' : heldId === undefined ? 'none' : 'confirm'
  const decideNow = () => decide(deps, answer, { linkId, verification, botInstallation })
  return settleAttempt(deps, actor, link, name, decideNow, {
    installed: installedIn(answer),
    ...(heldId !== undefined && { heldId }),
  })
}

/**
 * Decides what to store of the provider's response. What the link refers to may have been deleted
 * during the call, so it is read again, and must still exist at the commit.
 */
async function decide(deps: Deps, answer: StorableAnswer, storing: Storing): Promise<LinkDecision> {
  const target = await findTarget(deps, answer.claims)
  if (target.kind !== 'found') return target
  const decision = await store(deps, target, answer, storing)
  if (decision.kind !== 'accepted') return decision
  const { change } = decision
  const expects = [...expectTarget(deps, target), ...change.expects]
  return { ...decision, change: { ...change, expects } }
}

function store(
  deps: Deps,
  target: LinkTarget,
  answer: StorableAnswer,
  storing: Storing,
): LinkDecision | Promise<LinkDecision> {
  switch (answer.kind) {
    case 'user':
      return storeUser(deps, target, answer, storing)
    case 'installation':
      return storeInstallation(deps, target, answer, storing)
    case 'webhook':
      return storeWebhook(deps, target, answer, storing)
  }
}
