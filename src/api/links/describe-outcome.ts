import { SHARED_TEXTS } from '../../domain/links/explanations.ts'
import type { CallbackRefusal, CallbackResult } from '../../domain/links/outcome.ts'
import type { ResultPage } from '../../pages/result-page.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerNamed } from '../../providers/declared.ts'
import type { ConsentTexts } from '../../providers/provider.ts'

/** An outcome of a callback that ends the link, and is shown as a page. */
export type FinalResult = Exclude<CallbackResult, { kind: 'link_next' }>

/** The response to a program, with Novu's message if it has one, and the page for a person. */
type OutcomeView = { status: number; message: string } & Omit<ResultPage, 'reference' | 'state'>

const START_AGAIN = 'Go back to where you started and ask for a new link.'
/** The link is as valid as before. */
const TRY_AGAIN = 'Go back and open the link again, within 5 minutes of asking for it.'
const TELL_SENDER = 'Tell the people who sent you here: only they can fix it.'

/** Describes an outcome. Outcomes are stored with the provider's name for people. */
export function describeOutcome(result: FinalResult, providers: Providers): OutcomeView {
  switch (result.kind) {
    case 'linked':
      return describeLinked(providers, result.provider, result.reach ?? 'reachable')
    case 'connected':
      return describeConnected(providers, result)
    case 'authorization_error':
      return describeAuthorizationError(result)
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
  { provider, problem, remark }: Extract<FinalResult, { kind: 'connected' }>,
): OutcomeView {
  if (problem !== undefined) return describePending(providers, provider, problem)
  const connected = describeLinked(providers, provider, 'reachable')
  if (remark === undefined) return connected
  return {
    ...connected,
    heading: 'Your workspace is connected',
    advice: `You yourself were not linked: your ${provider} account is already linked to another account. Unlink it there first, then ask for a new link.`,
  }
}

/** The provider's texts about admin consent; null if it does not use it. */
function consentTexts(providers: Providers, name: string): ConsentTexts | null {
  const connect = providerNamed(providers, name)?.connect
  return connect?.kind === 'admin_consent' ? connect.texts : null
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

type OtherRefusal = Exclude<CallbackRefusal, { kind: 'authorization_error' }>

function describeRefusal(refusal: OtherRefusal, providers: Providers): OutcomeView {
  switch (refusal.kind) {
    case 'parameter_repeated':
      return brokenLink(`The parameter ${refusal.parameter} came more than once`)
    case 'state_missing':
      return brokenLink('Missing required OAuth parameter: state')
    case 'code_missing':
      return brokenLink('Missing required OAuth parameters: code or tenant')
    case 'consent_missing':
      return failure(
        400,
        refusal.parameter === 'tenant'
          ? `Missing tenant parameter from ${titleOf(providers, refusal.provider)} admin consent`
          : 'Admin consent was not granted',
        'Consent was not given',
        consentTexts(providers, refusal.provider)?.missing ?? 'Nothing was connected.',
        START_AGAIN,
      )
    case 'state_invalid':
      return brokenLink('Invalid OAuth state parameter')
    case 'link_expired':
      return failure(
        400,
        'Invalid OAuth state parameter',
        'This link has expired',
        `${SHARED_TEXTS.lifetime} Nothing was linked.`,
        START_AGAIN,
      )
    case 'other_browser':
      return failure(
        403,
        'The link was opened in another browser',
        'This link was opened in another browser',
        'It works only in the browser that opened it first. Nothing was linked.',
        START_AGAIN,
      )
    case 'issuer_mismatch':
      return brokenLink('The iss parameter is not of the provider that the link leads to')
    case 'too_many_attempts':
      return failure(
        409,
        'The link was tried too often',
        'This link was tried too often',
        'Nothing was linked. The link cannot be used any more.',
        START_AGAIN,
      )
    case 'still_running':
      return {
        ...failure(
          409,
          'The link is being completed by another request',
          'Still working on it',
          'We are linking you in another tab.',
          'This page reloads itself in a few seconds.',
        ),
        reloadAfterSeconds: 3,
      }
    case 'environment_gone':
      return misconfigured(404, `Environment not found: ${refusal.environmentId}`)
    case 'integration_gone': {
      const where = `${refusal.integrationId} in environment ${refusal.environmentId}`
      return misconfigured(404, `Integration not found: ${where}`)
    }
    case 'provider_not_supported':
      return misconfigured(400, `OAuth callback not supported for provider: ${refusal.providerId}`)
    case 'credentials_missing': {
      // The trailing space is Novu's.
      const missing = 'missing required OAuth credentials (clientId/clientSecret) '
      return misconfigured(404, `${refusal.provider} integration ${missing}`)
    }
    case 'subscriber_gone':
      return misconfigured(404, `Subscriber not found: ${refusal.subscriberId}`)
    case 'connection_gone':
      return misconfigured(404, `Channel connection not found: ${refusal.identifier}`)
  }
}

const titleOf = (providers: Providers, name: string): string =>
  providerNamed(providers, name)?.title ?? name

/** Only `access_denied` is the user's own refusal (RFC 6749 §4.1.2.1); others are errors. */
function describeAuthorizationError({
  error,
  description,
}: Extract<CallbackRefusal, { kind: 'authorization_error' }>): OutcomeView {
  const message = `OAuth error: ${error}${description === null ? '' : ` - ${description}`}`
  if (error === 'access_denied') {
    const intro = 'You chose not to allow it, so nothing was linked.'
    return failure(400, message, 'Cancelled', intro, `Changed your mind? ${TRY_AGAIN}`)
  }
  const intro = `Nothing was linked. The reason given: ${description ?? error}.`
  return failure(400, message, 'That did not work', intro, START_AGAIN)
}

const brokenLink = (message: string): OutcomeView =>
  failure(
    400,
    message,
    'This link is not valid',
    'It may have been cut off or changed, or you did not ask for it. Nothing was linked.',
    START_AGAIN,
  )

const misconfigured = (status: number, message: string): OutcomeView =>
  failure(
    status,
    message,
    'This link leads nowhere',
    'What it was created for has been removed or is not set up. Nothing was linked.',
    TELL_SENDER,
  )

function failure(
  status: number,
  message: string,
  heading: string,
  intro: string,
  advice: string,
): OutcomeView {
  return { status, message, title: 'Not linked', heading, intro, advice }
}
