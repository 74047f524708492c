import type { Deps } from '../../deps.ts'
import type { LinkedSubscriber } from '../../store/endpoints/identities.ts'
import { settingsOf } from '../integrations/credentials.ts'
import { type Invalid, invalid } from '../shape.ts'
import type { AmbiguousIdentity, LookUp, NotLinked } from './look-up.ts'
import type { SpeakerTokenRequest } from './shape.ts'

/** The key may not create tokens for that service. */
export type AudienceNotAllowed = { kind: 'audience_not_allowed'; audience: string }

/** The link does not prove enough who the chat user is. */
export type VerificationTooWeak = {
  kind: 'verification_too_weak'
  verification: LinkedSubscriber['verification']
  minimum: 'session' | 'confirm'
}

/** The subscriber who is speaking, and the service (`audience`) that the token is for. */
export type Speaker = { kind: 'speaker'; subscriber: LinkedSubscriber; audience: string }

export type SpeakerRefused =
  | Invalid
  | NotLinked
  | AmbiguousIdentity
  | AudienceNotAllowed
  | VerificationTooWeak

/** What an API key may say to whom. */
export type SpeakerCaller = { environmentId: string; audiences: readonly string[] }

/**
 * Decides who is speaking, for a token that another service relies on. So there must be exactly one
 * subscriber, never the first of several, and their link must prove enough: by default that the same
 * browser was signed in to the app. An integration can accept `confirm`.
 */
export async function identifySpeaker(
  { store }: Pick<Deps, 'store'>,
  lookUp: LookUp,
  { environmentId, audiences }: SpeakerCaller,
  { integrationIdentifier, contextKeys, ...request }: SpeakerTokenRequest,
): Promise<Speaker | SpeakerRefused> {
  const { audience = audiences.length === 1 ? audiences[0] : undefined } = request
  if (audience === undefined) return audienceRequired(audiences)
  if (!audiences.includes(audience)) return { kind: 'audience_not_allowed', audience }
  const scope = {
    integrationIdentifier,
    contextKeys:
      contextKeys && [...contextKeys].sort((one, other) => one.localeCompare(other, 'en')),
  }
  const found = await lookUp(environmentId, request, scope)
  if (found.kind !== 'linked') return found
  const [subscriber, ...others] = found.subscribers
  if (subscriber === undefined || others.length > 0) {
    return { kind: 'ambiguous_identity', subscribers: found.subscribers }
  }
  const { integrationId, verification } = subscriber
  const integration = await store.integrations.findById(environmentId, integrationId)
  const { minimumVerification: minimum = 'session' } = settingsOf(integration?.credentials ?? {})
  const isEnough = verification === 'session' || verification === minimum
  return isEnough
    ? { kind: 'speaker', subscriber, audience }
    : { kind: 'verification_too_weak', verification, minimum }
}

const audienceRequired = (audiences: readonly string[]): Invalid =>
  invalid({
    audience: {
      messages: [`audience must be one of the following values: ${audiences.join(', ')}`],
    },
  })
