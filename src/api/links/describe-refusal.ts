import { SHARED_TEXTS } from '../../domain/links/explanations.ts'
import type { CallbackRefusal } from '../../domain/links/outcome.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerNamed } from '../../providers/declared.ts'
import {
  consentTexts,
  failure,
  type OutcomeView,
  START_AGAIN,
  TELL_SENDER,
  TRY_AGAIN,
} from './outcome-view.ts'

/** Describes why a callback was refused before the code was exchanged. */
export function describeRefusal(refusal: CallbackRefusal, providers: Providers): OutcomeView {
  switch (refusal.kind) {
    case 'authorization_error':
      return describeAuthorizationError(refusal)
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
    case 'session_required':
      return failure(
        403,
        'The link requires a session of the app',
        'Please sign in first',
        'This link works only for people who are signed in where it comes from. Nothing was linked.',
        START_AGAIN,
      )
    case 'ticket_ended':
    case 'other_subscriber':
      return failure(
        403,
        'The ticket of this browser has ended',
        'This link cannot go on here',
        'It is for another account than the one that is signed in, or it was opened in another browser. Nothing was linked.',
        START_AGAIN,
      )
    case 'completion_url_missing':
      return misconfigured(404, 'The integration has no completionUrl')
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
    case 'form_forged':
      return failure(
        403,
        'The form was not sent by a page of latch',
        'We could not take your answer',
        'It did not come from our own page. Nothing was changed.',
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
    case 'connection_not_approved':
      return failure(
        409,
        `Channel connection not approved: ${refusal.identifier}`,
        'Your organisation is not connected yet',
        'Somebody has asked for it, but nobody has approved it. Nothing was linked.',
        TELL_SENDER,
      )
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
