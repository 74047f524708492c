import type { Providers } from '../../providers/create-providers.ts'
import type { Explanation, Provider } from '../../providers/provider.ts'
import type { CallbackRefusal, CallbackResult, FailedOutcome } from './outcome.ts'

/** How an attempt to complete a link can fail. */
export type LinkFailure = FailedOutcome | CallbackRefusal

/**
 * Why a link failed, or is not all that it could be: stable words for programs. A person's own no is
 * told apart from the provider's other errors (RFC 6749 §4.1.2.1).
 */
export type LinkReason = LinkFailure['kind'] | 'access_denied' | Remark

/** What is still missing of a link that was stored, or that nobody has come back from it. */
type Remark = 'consent_pending' | 'not_reachable_yet' | 'not_completed'

export const reasonOf = (failure: LinkFailure): LinkReason =>
  failure.kind === 'authorization_error' && failure.error === 'access_denied'
    ? 'access_denied'
    : failure.kind

/** The ends of a callback at which something was stored, or the user goes on to the next link. */
export const isSuccess = (result: CallbackResult): result is Exclude<CallbackResult, LinkFailure> =>
  result.kind === 'linked' || result.kind === 'connected' || result.kind === 'link_next'

const NEW_LINK = 'Ask for a new link.'
const UNTIL_IT_EXPIRES = 'The same link can be opened again until it expires.'
const NOT_OURS =
  'Nothing is stored of such a callback, as anybody can send it. Send users to the URL of the link exactly as latch answered it.'

/** What each reason means, and what to do. */
export const EXPLANATIONS: Readonly<Record<LinkReason, Explanation>> = {
  access_denied: {
    meaning: 'The user chose not to allow it, or an administrator has to approve the app first.',
    remedy: `${UNTIL_IT_EXPIRES} Where users say that they allowed it, ask an administrator of their workspace.`,
  },
  authorization_error: {
    meaning: 'The provider sent the user back with an error.',
    remedy: "Run `latch doctor`, and look the code up in the provider's documentation.",
  },
  wrong_workspace: {
    meaning:
      'The user signed in to another workspace than the one that the link is for. Nothing was linked.',
    remedy: `${NEW_LINK} Tell the user which workspace to choose, or leave connectionIdentifier out to take any.`,
  },
  code_refused: {
    meaning:
      'The provider did not accept the authorization code, or what it answered is not valid.',
    remedy: `${NEW_LINK} Where it happens again, run \`latch doctor\`.`,
  },
  provider_unavailable: {
    meaning: 'The provider did not answer in time, or made no sense.',
    remedy: `${NEW_LINK} It is usually over in a minute; the log says what latch met.`,
  },
  interrupted: {
    meaning:
      'latch was stopped while it completed the link, and does not know whether the provider had taken the code.',
    remedy: `${NEW_LINK} Linking twice does no harm.`,
  },
  parameter_repeated: {
    meaning: 'A parameter of the callback came more than once (RFC 6749 §3.1).',
    remedy: NOT_OURS,
  },
  state_missing: {
    meaning:
      "The callback has no `state`: somebody installed the app, or consented to it, on the provider's own pages and not by a link.",
    remedy: `${NOT_OURS} To install the app, ask for a link that connects a workspace.`,
  },
  state_invalid: {
    meaning: 'The `state` of the callback is not one that this latch has signed, or was changed.',
    remedy: `${NOT_OURS} All processes of latch need the same secret key and LATCH_PUBLIC_URL.`,
  },
  code_missing: {
    meaning: 'The callback has neither an authorization code nor an error.',
    remedy: `${UNTIL_IT_EXPIRES} Where it happens again, see to it that nothing in front of latch changes the query.`,
  },
  consent_missing: {
    meaning: 'The provider did not say that an administrator consented, or for which tenant.',
    remedy: `${UNTIL_IT_EXPIRES} It must be opened by an administrator.`,
  },
  link_expired: {
    meaning: 'The user came back after the link had expired.',
    remedy: `${NEW_LINK} Ask for it when the user clicks, not earlier: links live for 5 minutes.`,
  },
  other_browser: {
    meaning:
      'The link is bound to the browser that opened it (`binding: "cookie"`), and another one came back, or one that keeps no cookies.',
    remedy: `${UNTIL_IT_EXPIRES} It must be opened and completed in the same browser, not partly in an app's own.`,
  },
  issuer_mismatch: {
    meaning:
      'The answer says that it is of another provider than the one that the user was sent to (RFC 9207).',
    remedy: `${NEW_LINK} Where it happens again, check the addresses of the provider in latch's settings.`,
  },
  still_running: {
    meaning: 'Another request is completing the link at this moment.',
    remedy: 'Wait a few seconds, and look again.',
  },
  environment_gone: {
    meaning: 'The environment of the link was deleted.',
    remedy: 'Ask for a link with an API key of another environment.',
  },
  integration_gone: {
    meaning: 'The integration of the link was deleted after the link was made.',
    remedy: 'Ask for a link of another integration.',
  },
  provider_not_supported: {
    meaning: "latch does not know the integration's provider.",
    remedy: 'Delete the integration, or run a latch that knows its provider.',
  },
  credentials_missing: {
    meaning: 'The client id or the client secret of the integration is missing.',
    remedy: 'Set both: PUT /v1/integrations/{id}, or `latch integrations set-secret`.',
  },
  subscriber_gone: {
    meaning: 'The subscriber was deleted after the link was made.',
    remedy: 'Create the subscriber, and ask for a new link.',
  },
  connection_gone: {
    meaning: 'The connection that the link names was deleted after the link was made.',
    remedy: 'Have the workspace connected again, or ask for a link without connectionIdentifier.',
  },
  not_completed: {
    meaning:
      'Nobody has come back to latch: the link was not opened, the user left, or the provider showed an error on its own page, from which nobody comes back.',
    remedy:
      'Ask the user what they saw. `latch explain` knows the codes of such pages, as in `latch explain invalid_scope`, and `latch doctor` finds most of the causes.',
  },
  consent_pending: {
    meaning:
      "The administrator's consent is claimed, and has not taken effect at the provider, which can take an hour.",
    remedy:
      'latch asks again by itself. Where it stays so for hours, an administrator has not in fact consented: let one open a new link.',
  },
  not_reachable_yet: {
    meaning: 'The user is linked, but the app cannot write to them yet.',
    remedy:
      'latch tries again by itself. In the organisation, an administrator must have approved the app.',
  },
}

/** Whether a text is a reason; older and newer versions of latch may know others. */
export const isLinkReason = (text: string | null): text is LinkReason =>
  text !== null && Object.hasOwn(EXPLANATIONS, text)

/** The codes of RFC 6749 §4.1.2.1 and §5.2, where a provider has nothing better to say. */
const OAUTH_CODES: Readonly<Record<string, Explanation>> = {
  server_error: {
    meaning: 'The provider had a fault of its own while the user was there.',
    remedy: `${UNTIL_IT_EXPIRES}`,
  },
  temporarily_unavailable: {
    meaning: 'The provider was overloaded while the user was there.',
    remedy: `${UNTIL_IT_EXPIRES}`,
  },
  invalid_scope: {
    meaning: 'The provider does not grant the app the scopes that the link asked for.',
    remedy: 'Enter the scopes in the settings of the app, or ask for others.',
  },
  unauthorized_client: {
    meaning: 'The provider does not let the app be used in this way, or by these users.',
    remedy: 'Run `latch doctor`, and check the settings of the app.',
  },
  invalid_client: {
    meaning: 'The provider does not accept the client id or the client secret.',
    remedy: 'Run `latch doctor`, then `latch integrations set-secret`.',
  },
  invalid_grant: {
    meaning: 'The authorization code is too old, was used before, or is for another redirect URL.',
    remedy: NEW_LINK,
  },
}

/** What is known of a failure: its reason, and what the provider said, as `providerError` has it. */
export type Explained = { reason: LinkReason; providerError: string | null }

type Meanings = Readonly<Record<string, Explanation>>

/** The codes in what a provider said, the most particular first: `invalid_grant (AADSTS70008)`. */
const codesOf = (said: string | null): string[] => (said?.match(/\w+/g) ?? []).reverse()

/** A failure in plain words: the provider's own, where it said something that is known. */
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
 * A reason as a label of metrics, of which there are few: the provider's code where it is one that is
 * known, else the reason.
 */
export function reasonLabel(failure: LinkFailure, provider: Provider | undefined): string {
  const codes = codesOf(providerError(failure, provider))
  const tables: readonly Meanings[] = [provider?.errors.meanings ?? {}, OAUTH_CODES]
  const known = tables.map((table) => codes.find((code) => Object.hasOwn(table, code)))
  return known.find((code) => code !== undefined) ?? reasonOf(failure)
}

/** What a code means that somebody saw at a provider, or in the log; null where none has it. */
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
 * What the provider said, as far as it may be kept: codes, and never the rest of a description, which
 * has trace ids and at times somebody's address. What came with the browser may be anybody's text, so
 * of that only a word is kept. Null where the provider said nothing.
 */
export function providerError(failure: LinkFailure, provider: Provider | undefined): string | null {
  if (failure.kind === 'code_refused') return failure.error.slice(0, MAX_ERROR_LENGTH)
  if (failure.kind === 'provider_unavailable') return failure.problem ?? null
  if (failure.kind !== 'authorization_error') return null
  const error = /^\w{1,64}$/.test(failure.error) ? failure.error : 'unknown'
  const [code] = provider?.errors.inDescription?.exec(failure.description ?? '') ?? []
  return code === undefined ? error : `${error} (${code})`
}
