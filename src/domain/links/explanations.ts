import type { Providers } from '../../providers/create-providers.ts'
import type { Explanation, Provider } from '../../providers/provider.ts'
import { LINK_STAYS_VALID, NEW_LINK, OAUTH_CODES } from './oauth-errors.ts'
import type { CallbackRefusal, CallbackResult, FailedOutcome } from './outcome.ts'

/** The ways in which an attempt to complete a link can fail. */
export type LinkFailure = FailedOutcome | CallbackRefusal

/**
 * Why a link failed or is incomplete: stable codes for programs. A user who declined is
 * distinguished from other errors of the provider (RFC 6749 §4.1.2.1).
 */
export type LinkReason = LinkFailure['kind'] | 'access_denied' | Remark

/** Why a completed link is not fully usable yet, or that nobody returned from it. */
type Remark = 'consent_pending' | 'not_reachable_yet' | 'not_completed' | 'undone'

export const reasonOf = (failure: LinkFailure): LinkReason =>
  failure.kind === 'authorization_error' && failure.error === 'access_denied'
    ? 'access_denied'
    : failure.kind

/** The results of a callback that are no failure. */
const NOT_FAILED: ReadonlySet<CallbackResult['kind']> = new Set([
  'linked',
  'connected',
  'undone',
  'confirmation_required',
  'not_undoable',
  'unlinked_other',
  'not_unlinkable',
  'sign_in',
  'attempt_over',
])

export const isFailure = (result: CallbackResult): result is LinkFailure =>
  !NOT_FAILED.has(result.kind)

/** What operators and users are both told, on the page of a failure and by `latch explain`. */
export const SHARED_TEXTS = {
  lifetime: 'Links are valid for 5 minutes.',
  linkingTwice: 'Linking twice does no harm.',
  outage: 'Such outages are usually over in a minute.',
} as const

const NOT_FROM_A_LINK =
  'latch stores nothing about such a callback, because anyone can send one. Send users to the exact URL that latch returned.'

/** What each reason means, and what to do about it. */
export const EXPLANATIONS: Readonly<Record<LinkReason, Explanation>> = {
  access_denied: {
    meaning: 'The user declined, or an administrator must approve the app first.',
    remedy: `${LINK_STAYS_VALID} If users say that they allowed it, ask an administrator of their workspace.`,
  },
  authorization_error: {
    meaning: 'The provider sent the user back with an error.',
    remedy: "Run `latch doctor`, and look up the code in the provider's documentation.",
  },
  wrong_workspace: {
    meaning:
      'The user signed in to another workspace than the one that the link is for, so nothing was linked.',
    remedy: `${LINK_STAYS_VALID} Tell the user which workspace to choose, or omit connectionIdentifier to accept any.`,
  },
  linked_to_another_subscriber: {
    meaning:
      'The chat user is already linked to another subscriber of the same context, so they were not linked again.',
    remedy:
      'If both are the same person, delete the endpoint of the other subscriber, which the event names, then open the link again or create a new one. Otherwise somebody used an account that is not theirs.',
  },
  linked_as_another_user: {
    meaning:
      'The subscriber is already linked as another chat user of this workspace. Whoever holds a link could otherwise replace them.',
    remedy:
      'If they want to change it, delete their endpoint, which the event names, in your product first. Then open the link again, or create a new one.',
  },
  declined: {
    meaning:
      'The user was asked to confirm whom they are about to be linked to, or who connects their workspace, and said no. Nothing was stored.',
    remedy: `${LINK_STAYS_VALID} If the page named an account that is not theirs, somebody has sent them another user's link.`,
  },
  confirmation_expired: {
    meaning:
      'The user was asked to confirm whom they are about to be linked to, or who connects their workspace, and did not answer within 10 minutes. Nothing was stored.',
    remedy: NEW_LINK,
  },
  undone: {
    meaning: 'The user was linked, and has undone it in the same browser within 10 minutes.',
    remedy: `${NEW_LINK} If they did so because the account was not theirs, find out who made the link.`,
  },
  admin_not_proven: {
    meaning:
      'Somebody consented to the app for an organisation, but has not proven to be an administrator there, so they connected nothing.',
    remedy: `${LINK_STAYS_VALID} It must be opened by an administrator. If you know who it was, approve the connection: \`latch connections approve\`.`,
  },
  code_refused: {
    meaning: 'The provider did not accept the authorization code, or its response is invalid.',
    remedy: `${LINK_STAYS_VALID} If it happens again, run \`latch doctor\`.`,
  },
  provider_unavailable: {
    meaning: 'The provider did not respond in time, or its response made no sense.',
    remedy: `${LINK_STAYS_VALID} ${SHARED_TEXTS.outage} The log has the details.`,
  },
  interrupted: {
    meaning:
      'latch was stopped while it completed the link, and does not know whether the provider accepted the code.',
    remedy: `${LINK_STAYS_VALID} ${SHARED_TEXTS.linkingTwice}`,
  },
  already_used: {
    meaning:
      'Somebody returned with another authorization code after the link had been completed. Nothing was stored.',
    remedy: `Ask the user whether they opened the link twice. If not, somebody else has it: check who was linked, and unlink them if it is not your user. ${NEW_LINK}`,
  },
  too_many_attempts: {
    meaning: 'There were 10 attempts to complete the link, and all of them failed.',
    remedy: `${NEW_LINK} The other events of this link say why they failed.`,
  },
  parameter_repeated: {
    meaning: 'The callback has a repeated parameter (RFC 6749 §3.1).',
    remedy: NOT_FROM_A_LINK,
  },
  state_missing: {
    meaning:
      "The callback has no `state`: someone installed the app, or consented to it, on the provider's own pages instead of through a link.",
    remedy: `${NOT_FROM_A_LINK} To install the app, create a link that connects a workspace.`,
  },
  state_invalid: {
    meaning: 'The `state` of the callback was not created by this latch, or was altered.',
    remedy: `${NOT_FROM_A_LINK} All latch processes need the same secret key and LATCH_PUBLIC_URL.`,
  },
  code_missing: {
    meaning: 'The callback has neither an authorization code nor an error.',
    remedy: `${LINK_STAYS_VALID} If it happens again, make sure that no proxy in front of latch changes the query.`,
  },
  consent_missing: {
    meaning: 'The provider did not say that an administrator consented, or for which tenant.',
    remedy: `${LINK_STAYS_VALID} It must be opened by an administrator.`,
  },
  link_expired: {
    meaning: 'The user came back after the link had expired.',
    remedy: `${NEW_LINK} Create it when the user clicks, not earlier. ${SHARED_TEXTS.lifetime}`,
  },
  other_browser: {
    meaning:
      'The link can only be completed in the browser that opened it, but another one came back, or one that rejects cookies. Somebody may have forwarded an address.',
    remedy: `${LINK_STAYS_VALID} It must be opened and completed in the same browser, not partly in an app's built-in one.`,
  },
  session_required: {
    meaning:
      'The integration requires a session of your app (`userVerification: "session"`), but the user came back without one: the link was made before that was set, or was not opened at its own address.',
    remedy: `${NEW_LINK} Send users to the exact URL that latch returned.`,
  },
  ticket_ended: {
    meaning:
      'The way of this browser through your app has ended: your app named another subscriber, or its address was opened in another browser.',
    remedy: LINK_STAYS_VALID,
  },
  other_subscriber: {
    meaning:
      'Your app said that another subscriber is signed in than the one that the link is for. Nothing was stored.',
    remedy: `${LINK_STAYS_VALID} If the user has two accounts, they must sign in to the other one. Otherwise somebody has opened another user's link.`,
  },
  completion_url_missing: {
    meaning: 'The integration requires a session of your app, but has no `completionUrl`.',
    remedy: 'Set `completionUrl`: PUT /v1/integrations/{id}.',
  },
  issuer_mismatch: {
    meaning:
      'The response names another provider than the one that the user was sent to (RFC 9207).',
    remedy: `${LINK_STAYS_VALID} If it happens again, check the provider's URLs in latch's settings.`,
  },
  form_forged: {
    meaning:
      "The user's answer did not come from latch's own page: another site may have tried to answer for them.",
    remedy: `${LINK_STAYS_VALID} If it happens to all users, make sure that LATCH_PUBLIC_URL is the address that browsers use, and that no proxy removes the header Origin.`,
  },
  still_running: {
    meaning: 'Another request is completing the link right now.',
    remedy: 'Wait a few seconds, then check again.',
  },
  environment_gone: {
    meaning: 'The environment of the link was deleted.',
    remedy: 'Create a link with an API key of another environment.',
  },
  integration_gone: {
    meaning: 'The integration was deleted after the link was created.',
    remedy: 'Create a link for another integration.',
  },
  provider_not_supported: {
    meaning: "latch does not support the integration's provider.",
    remedy: 'Delete the integration, or run a version of latch that supports its provider.',
  },
  credentials_missing: {
    meaning: 'The client id or the client secret of the integration is missing.',
    remedy: 'Set both: PUT /v1/integrations/{id}, or `latch integrations set-secret`.',
  },
  subscriber_gone: {
    meaning: 'The subscriber was deleted after the link was created.',
    remedy: 'Create the subscriber, then a new link.',
  },
  connection_gone: {
    meaning: 'The connection that the link names was deleted after the link was created.',
    remedy: 'Have the workspace connected again, or create a link without connectionIdentifier.',
  },
  connection_not_approved: {
    meaning:
      'The connection that the link names was made by somebody who has not proven to be an administrator, so nobody is linked through it.',
    remedy:
      'Approve it with `latch connections approve`, or have an administrator connect the organisation.',
  },
  not_completed: {
    meaning:
      'Nobody has returned to latch: the link was not opened, the user left, or the provider showed an error on its own page, which does not lead back.',
    remedy:
      'Ask the user what they saw. `latch explain` explains the error codes of such pages, for example `latch explain invalid_scope`, and `latch doctor` finds most of the causes.',
  },
  consent_pending: {
    meaning:
      "The administrator's consent was reported, but has not taken effect at the provider yet, which can take an hour.",
    remedy:
      'latch keeps checking. If it is still pending after hours, no administrator has actually consented: have one open a new link.',
  },
  not_reachable_yet: {
    meaning: 'The user is linked, but the app cannot message them yet.',
    remedy:
      'latch keeps retrying. An administrator of the organisation must have approved the app.',
  },
}

/** Whether a text is a known reason; older and newer versions of latch may have others. */
export const isLinkReason = (text: string | null): text is LinkReason =>
  text !== null && Object.hasOwn(EXPLANATIONS, text)

/** A failure: its reason, and the provider's error in the format of `providerError`. */
export type Explained = { reason: LinkReason; providerError: string | null }

type Meanings = Readonly<Record<string, Explanation>>

/** The codes in a provider's error, most specific first: `invalid_grant (AADSTS70008)`. */
const codesOf = (said: string | null): string[] => (said?.match(/\w+/g) ?? []).reverse()

/**
 * Explains a failure: by the provider's own error codes if one is known, otherwise by its reason.
 */
export function explain(
  provider: Provider | undefined,
  { reason, providerError }: Explained,
): Explanation {
  const codes = codesOf(providerError)
  const known = (meanings: Meanings): Explanation | undefined =>
    meanings[codes.find((code) => Object.hasOwn(meanings, code)) ?? '']
  return known(provider?.errors.meanings ?? {}) ?? known(OAUTH_CODES) ?? EXPLANATIONS[reason]
}

/**
 * A failure as a metrics label, which must have few values: the provider's error code if it is
 * known, otherwise the reason.
 */
export function reasonLabel(failure: LinkFailure, provider: Provider | undefined): string {
  const codes = codesOf(providerError(failure, provider))
  const tables: readonly Meanings[] = [provider?.errors.meanings ?? {}, OAUTH_CODES]
  const known = tables.map((table) => codes.find((code) => Object.hasOwn(table, code)))
  return known.find((code) => code !== undefined) ?? reasonOf(failure)
}

/** Explains an error code that was shown by a provider or logged; null if it is unknown. */
export function explainCode(providers: Providers, code: string): Explanation | null {
  const tables: readonly Meanings[] = [
    ...[...providers.values()].map(({ errors }) => errors.meanings),
    OAUTH_CODES,
    EXPLANATIONS,
  ]
  return tables.find((table) => Object.hasOwn(table, code))?.[code] ?? null
}

const MAX_ERROR_LENGTH = 200

/**
 * The part of a provider's error that may be stored: codes only, because descriptions contain trace
 * ids and sometimes an e-mail address. An error that came through the browser could be any text, so
 * only a single word of it is kept. Null if the provider reported no error.
 */
export function providerError(failure: LinkFailure, provider: Provider | undefined): string | null {
  if (failure.kind === 'code_refused') return failure.error.slice(0, MAX_ERROR_LENGTH)
  if (failure.kind === 'provider_unavailable') return failure.problem ?? null
  if (failure.kind !== 'authorization_error') return null
  const error = /^\w{1,64}$/.test(failure.error) ? failure.error : 'unknown'
  const [code] = provider?.errors.inDescription?.exec(failure.description ?? '') ?? []
  return code === undefined ? error : `${error} (${code})`
}
