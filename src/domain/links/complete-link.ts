import type { Deps } from '../../deps.ts'
import type { Attempt } from '../../secrets/attempts.ts'
import type { StateClaims, StateVerification } from '../../secrets/state.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import type { Actor } from '../decision.ts'
import { ATTEMPT_LIFETIME_MS, claimAttempt, earlierOutcome } from './attempt.ts'
import { type BrowserProof, isProven } from './browser-proof.ts'
import { refuseUnprovenSession } from './browser-session.ts'
import { exchange } from './exchange.ts'
import { isFailure } from './explanations.ts'
import { findKnownLink, type KnownLink } from './known-link.ts'
import { recordFailure } from './link-events.ts'
import type {
  AuthorizationResponse,
  CallbackRefusal,
  CallbackResult,
  Grant,
  ProviderAnswer,
} from './outcome.ts'
import type { OwnAttempt } from './result-details.ts'
import { signInUrl } from './sign-link.ts'
import { findTarget, type LinkTarget } from './target.ts'
import { verificationOf } from './verification.ts'

/**
 * Where the outcome is reported besides the result page, as set in the integration; null for
 * nowhere.
 */
export type Destination = { redirectUrl: string | null; openerOrigin: string | null }

export const NO_DESTINATION: Destination = { redirectUrl: null, openerOrigin: null }

/** The result of a callback. `link` is null if the state is not authentic. */
export type Completion = {
  result: CallbackResult
  link: KnownLink | null
  destination: Destination
  /**
   * The id of the request that recorded a failure: this one, or the first that failed for the same
   * reason.
   */
  reference: string
  /** What the browser is given to keep if this was its attempt, to be told the outcome again. */
  proof: BrowserProof | null
  /** The attempt, if this is the browser that made it; null for any other. */
  own: OwnAttempt | null
}

/** How a request waits for another one of the same link, in nobody's way. */
export type Waits = {
  /** Whether too many wait already. */
  isFull(jti: string): boolean
  /** Waits for what `find` returns, perhaps together with others that wait for the same attempt. */
  during(name: AttemptName, find: () => Promise<CallbackResult>): Promise<CallbackResult>
}

/**
 * Makes an attempt to complete a link. The first attempt that stores something completes the link;
 * one that fails leaves it valid. To avoid using up a code that cannot succeed, the order is: the
 * provider's error, the state, everything that can be checked without the code, the claim of the
 * code, its exchange, the identity, and one commit of the effect together with the outcome.
 *
 * The destination requires an authentic state, but not a valid one: users who cancelled, or
 * returned too late, are redirected too.
 */
export async function completeLink(
  deps: Deps,
  actor: Actor,
  response: AuthorizationResponse,
  waits: Waits,
): Promise<Completion> {
  const { state } = response
  const verified = state ? await deps.states.verify(state, deps.clock()) : null
  const link = await findKnownLink(deps, verified)
  const attempt = attemptOf(deps, response, link)
  const ended = await resultOf(deps, actor, { response, verified, link, attempt }, waits)
  const { result, isOurs } = ended
  const reference =
    link !== null && isFailure(result) ? await recordFailure(deps, actor, link, result) : actor.id
  const proof = isOurs && attempt !== null ? proofOf(attempt) : null
  const isOwn = attempt !== null && (isOurs || isProven(response.sentProofs, proofOf(attempt)))
  const own =
    link !== null && isOwn && state !== null
      ? { state, attemptId: attempt.id, link, answer: ended.answer ?? null }
      : null
  return { result, link, destination: destinationOf(link), reference, proof, own }
}

/** What is being completed; `attempt` is null where nothing was sent that could be exchanged. */
type Arrival = {
  response: AuthorizationResponse
  verified: StateVerification | null
  link: KnownLink | null
  attempt: Attempt | null
}

/** `isOurs`: this request has made the attempt. `answer`: what the provider then said. */
type Ended = { result: CallbackResult; isOurs: boolean; answer?: ProviderAnswer }

async function resultOf(
  deps: Deps,
  actor: Actor,
  { response, verified, link, attempt }: Arrival,
  waits: Waits,
): Promise<Ended> {
  const refused = (result: CallbackResult): Ended => ({ result, isOurs: false })
  const { error, errorDescription: description, issuer } = response
  if (error !== null) return refused({ kind: 'authorization_error', error, description })
  if (verified === null) return refused({ kind: 'state_missing' })
  if (sentOf(response) === null) return refused({ kind: 'code_missing' })
  if (verified.kind === 'refused')
    return refused({ kind: 'state_invalid', reason: verified.reason })
  if (link === null || attempt === null) throw new Error("latch's own state belongs to no link")
  const { claims } = verified
  const unproven = await refuseUnprovenSession(deps, claims, response.sentProofs)
  if (unproven !== null) return refused(unproven)
  const name = { jti: claims.jti, attemptId: attempt.id }
  const ofEarlier = async (): Promise<Ended> => {
    const find = (mayWait: boolean) => earlierOutcome(deps, actor, link, name, mayWait)
    const outcome = waits.isFull(claims.jti)
      ? await find(false)
      : await waits.during(name, () => find(true))
    return refused(tellEarlier(outcome, response, attempt))
  }
  // A reload of the result page, perhaps after the link's time, shows what it showed before.
  if ((await deps.store.linkAttempts.find(name)) !== null) return ofEarlier()
  if (await deps.store.spentStates.isSpent(claims.jti)) return refused({ kind: 'already_used' })
  if (verified.kind === 'expired') return refused({ kind: 'link_expired' })

  const target = await findTarget(deps, claims)
  if (target.kind !== 'found') return refused(target)
  // A link from before the setting was changed must not be weaker than the setting.
  const isSession = verificationOf(deps, target.integration, claims) === 'session'
  if (isSession && claims.session === null) return refused({ kind: 'session_required' })
  if (issuer !== null && !target.provider.isIssuer(issuer)) {
    return refused({ kind: 'issuer_mismatch' })
  }
  const grant = readGrant(response, claims, target)
  if (grant.kind === 'consent') {
    return refused({ kind: 'sign_in', url: signInUrl(deps, claims, target, grant.tenantId) })
  }
  if (grant.kind !== 'code') return refused(grant)
  const claimed = await claimAttempt(deps, claims, attempt)
  if (claimed === 'taken') return ofEarlier()
  if (claimed === 'exhausted') return refused({ kind: 'too_many_attempts' })
  const state = response.state ?? ''
  const exchanged = await exchange(deps, actor, { state, verified, link, target, name }, grant.code)
  return { ...exchanged, isOurs: true }
}

/** What the provider has sent to be exchanged: a code, or the tenant that has consented. */
const sentOf = ({ code, tenant }: AuthorizationResponse): string | null => {
  if (code) return `code ${code}`
  return tenant === null ? null : `tenant ${tenant.toLowerCase()}`
}

function attemptOf(
  { states }: Pick<Deps, 'states'>,
  response: AuthorizationResponse,
  link: KnownLink | null,
): Attempt | null {
  const sent = sentOf(response)
  return link === null || sent === null ? null : states.attempt(response.state ?? '', sent)
}

const proofOf = ({ id, browserProof }: Attempt): BrowserProof => ({
  id: id.slice(0, 16),
  value: browserProof,
  lifetimeMs: ATTEMPT_LIFETIME_MS,
})

/**
 * Without the cookie of the earlier attempt, the code may come from anyone who has seen the address, so
 * the outcome is not told. An interruption is told to everyone, because no browser got a cookie.
 */
function tellEarlier(
  outcome: CallbackResult,
  { sentProofs }: AuthorizationResponse,
  attempt: Attempt,
): CallbackResult {
  if (outcome.kind === 'interrupted' || outcome.kind === 'still_running') return outcome
  return isProven(sentProofs, proofOf(attempt)) ? outcome : { kind: 'attempt_over' }
}

export function destinationOf(link: KnownLink | null): Destination {
  const text = (name: string): string | null => {
    const value = link?.integration?.credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return { redirectUrl: text('redirectUrl'), openerOrigin: text('openerOrigin') }
}

/** Reads the parameters of the link's provider and mode, and ignores all others. */
function readGrant(
  { code, tenant, adminConsent }: AuthorizationResponse,
  claims: StateClaims,
  { provider }: LinkTarget,
): Grant | CallbackRefusal {
  const { connect } = provider
  const isConsent =
    connect?.kind === 'admin_consent' && claims.mode === 'connect' && claims.consent === null
  if (!isConsent) return code ? { kind: 'code', code } : { kind: 'code_missing' }
  if (tenant === null || !connect.isTenantId(tenant)) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'tenant' }
  }
  if (!adminConsent) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'admin_consent' }
  }
  return { kind: 'consent', tenantId: tenant.toLowerCase() }
}
