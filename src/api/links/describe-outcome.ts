import { SHARED_TEXTS } from '../../domain/links/explanations.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerNamed } from '../../providers/declared.ts'
import { describeRefusal } from './describe-refusal.ts'
import { consentTexts, failure, type OutcomeView, START_AGAIN, TRY_AGAIN } from './outcome-view.ts'

/** An outcome of a callback that ends the link, and is shown as a page. */
export type FinalResult = Exclude<CallbackResult, { kind: 'sign_in' | 'confirmation_required' }>

/** Describes an outcome. Outcomes are stored with the provider's name for people. */
export function describeOutcome(result: FinalResult, providers: Providers): OutcomeView {
  switch (result.kind) {
    case 'linked':
      return describeLinked(providers, result.provider, result.reach ?? 'reachable')
    case 'connected':
      return describeConnected(providers, result)
    case 'wrong_workspace':
      return failure(
        409,
        `Wrong workspace: expected ${result.expected}, got ${result.actual}`,
        'That is another workspace',
        `You chose ${result.actual}, but this link is for ${result.expected}. Nothing was linked.`,
        `${TRY_AGAIN} Choose ${result.expected} when ${result.provider} asks.`,
      )
    case 'linked_to_another_subscriber':
      return failure(
        409,
        `This ${result.provider} user is already linked to another subscriber`,
        'Already linked to another account',
        `The ${result.provider} account that you chose is already linked to another account, so nothing was linked.`,
        'Unlink it in the other account first, or choose another one when you link again. If you have no other account, tell the people who sent you here.',
      )
    case 'linked_as_another_user':
      return failure(
        409,
        `The subscriber is already linked as another ${result.provider} user`,
        'Already linked',
        `Your account is already linked to another ${result.provider} account, so nothing was changed.`,
        'To link this one instead, unlink the other in the app first, then open the link again.',
      )
    case 'declined':
    case 'confirmation_expired':
      return describeUnconfirmed(result)
    case 'undone':
      return {
        status: 200,
        message: 'The link was undone',
        title: 'Undone',
        heading: 'Undone',
        intro: 'The accounts are no longer linked.',
        advice: null,
      }
    case 'unlinked_other':
      return {
        status: 200,
        message: 'The user was unlinked from the other subscriber',
        title: 'Unlinked',
        heading: 'Unlinked from the other account',
        intro: 'Now you can link this one.',
        advice: TRY_AGAIN,
      }
    case 'not_unlinkable':
      return failure(
        409,
        'The other subscriber cannot be unlinked here any more',
        'This cannot be unlinked here',
        'It is too late, or it was changed since. The accounts are as they were.',
        TRY_AGAIN,
      )
    case 'not_undoable':
      return failure(
        409,
        'The link cannot be undone here any more',
        'This cannot be undone here',
        'It is too late, or it was changed since. The accounts are as they were.',
        'You can unlink them in the app.',
      )
    case 'code_refused':
      return failure(
        400,
        `${result.provider} OAuth error: ${result.error}`,
        `${result.provider} did not confirm who you are`,
        `Nothing was linked. ${result.provider} said: ${result.error}.`,
        TRY_AGAIN,
      )
    case 'provider_unavailable':
      return failure(
        502,
        `${result.provider} could not be reached`,
        `${result.provider} is not answering`,
        `Nothing was linked. ${SHARED_TEXTS.outage}`,
        TRY_AGAIN,
      )
    case 'interrupted':
      return failure(
        409,
        'The link was interrupted before its outcome was known',
        'We lost the thread',
        'Something interrupted us while we were linking you, and we cannot tell whether it worked.',
        `${TRY_AGAIN} ${SHARED_TEXTS.linkingTwice}`,
      )
    case 'admin_not_proven':
      return describeNotProven(providers, result)
    case 'already_used':
      return failure(
        409,
        'The link was already used',
        'This link was already used',
        'Somebody has completed it before. Nothing was linked now.',
        START_AGAIN,
      )
    case 'attempt_over':
      return {
        status: 200,
        message: 'This attempt to complete the link is over',
        title: 'Done',
        heading: 'This is done',
        intro: 'You can close this page.',
        // It may be the same person, who reloaded before there was an answer.
        advice:
          'If you have not seen whether it worked, go back to where you started and look there.',
      }
    default:
      return describeRefusal(result, providers)
  }
}

function describeUnconfirmed({
  kind,
  installedAt,
}: Extract<FinalResult, { kind: 'declined' | 'confirmation_expired' }>): OutcomeView {
  const isInstall = installedAt !== undefined
  const nothing = isInstall ? 'nothing was connected' : 'nothing was linked'
  const left = isInstall
    ? ` The app is still installed at ${installedAt}: you can remove it there if nobody uses it.`
    : ''
  if (kind === 'declined') {
    const [message, intro] = isInstall
      ? [
          'The user declined to connect the workspace',
          `You chose not to connect it, so ${nothing}.`,
        ]
      : ['The user declined to link the accounts', `You chose not to link them, so ${nothing}.`]
    return failure(400, message, 'Cancelled', intro + left, `Changed your mind? ${TRY_AGAIN}`)
  }
  return failure(
    400,
    'The user did not confirm the link in time',
    'This took too long',
    `Nobody confirmed it within 10 minutes, so ${nothing}.${left}`,
    START_AGAIN,
  )
}

function describeLinked(
  providers: Providers,
  provider: string,
  reach: 'reachable' | 'not_yet',
): OutcomeView {
  const message = `${provider} is linked`
  const title = 'Connection complete'
  if (reach === 'not_yet') {
    return {
      status: 200,
      message,
      title,
      heading: "You're linked",
      intro: `We know who you are in ${provider}. Messages begin once your organisation has approved the app.`,
      advice: 'There is nothing more for you to do.',
    }
  }
  const intro =
    providerNamed(providers, provider)?.connectedText ??
    `${provider} is connected and ready to use.`
  return { status: 200, message, title, heading: "You're all set", intro, advice: null }
}

function describeConnected(
  providers: Providers,
  { provider, problem, remark, hasOtherOwner }: Extract<FinalResult, { kind: 'connected' }>,
): OutcomeView {
  if (problem !== undefined) return describePending(providers, provider, problem)
  const connected = describeLinked(providers, provider, 'reachable')
  if (remark === undefined) return hasOtherOwner ? { ...connected, advice: OTHER_OWNER } : connected
  return {
    ...connected,
    heading: 'Your workspace is connected',
    advice:
      remark === 'linked_as_another_user'
        ? `You yourself were not linked: the account is already linked to another ${provider} account. Unlink that one in the app first, then ask for a new link.`
        : `You yourself were not linked: your ${provider} account is already linked to another account. Unlink it there first, then ask for a new link.`,
  }
}

const OTHER_OWNER =
  'Your organisation is also connected to another account of this app. If you do not know of it, tell the people who sent you here.'

/** The person who consented is no administrator, or the provider does not say so. */
function describeNotProven(
  providers: Providers,
  { provider, problem, canBeApproved }: Extract<FinalResult, { kind: 'admin_not_proven' }>,
): OutcomeView {
  const next = canBeApproved
    ? 'Nothing is connected until the people who sent you here approve it.'
    : 'Nothing was connected.'
  return failure(
    403,
    `${provider} does not confirm that an administrator consented`,
    'An administrator is needed',
    `${problem}. ${next}`,
    consentTexts(providers, provider)?.notProvenAdvice ?? START_AGAIN,
  )
}

/** The provider does not confirm the consent yet: tell the administrator what is missing. */
function describePending(providers: Providers, provider: string, problem: string): OutcomeView {
  const texts = consentTexts(providers, provider)
  return {
    status: 200,
    message: `${provider} does not confirm the consent yet`,
    title: 'Almost there',
    heading: texts?.pending ?? `Waiting for ${provider}`,
    intro: `Your consent has not taken effect yet. ${problem}.`,
    advice: texts?.pendingAdvice ?? null,
  }
}
