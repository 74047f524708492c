import { type Static, Type } from '@sinclair/typebox'
import type { UserVerification } from '../../config.ts'
import type { BotInstallation, Identity, Installation } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { PendingConsent } from '../../store/connections/connection-rows.ts'
import type { Decision } from '../decision.ts'
import type { SentProofs } from './browser-proof.ts'
import type { NotUndoable } from './undo.ts'
import type { NotUnlinkable } from './unlink-other.ts'

/**
 * The parameters with which the provider returns the user (RFC 6749 §4.1.2), and the proofs that the
 * browser sent.
 */
export type AuthorizationResponse = {
  code: string | null
  state: string | null
  error: string | null
  errorDescription: string | null
  /** After an administrator's consent: the tenant, and whether consent is claimed. */
  tenant: string | null
  adminConsent: boolean
  /** The issuer of the response (RFC 9207), if the provider sends it. */
  issuer: string | null
  sentProofs: SentProofs
}

/** A code to exchange, or word of an administrator's consent, which a sign-in must prove. */
export type Grant = { kind: 'code'; code: string } | { kind: 'consent'; tenantId: string }

/** The claims of a link by its mode. */
export type UserClaims = Extract<StateClaims, { mode: 'link_user' }>
export type ConnectClaims = Extract<StateClaims, { mode: 'connect' }>

/** The provider's response for a claimed link, from which the decision follows. */
export type ProviderAnswer = UserAnswer | InstallationAnswer | WebhookAnswer | FailedAnswer

export type UserAnswer = {
  kind: 'user'
  claims: UserClaims
  identity: Identity
}

/** An answer of which something can be stored, now or once the user has confirmed it. */
export type StorableAnswer = Exclude<ProviderAnswer, { kind: 'failed' }>

/** What is stored with an answer. */
export type Storing = {
  linkId: string
  /** How it was made sure who the user is. */
  verification: UserVerification
  /** Of a user: whether the app can message them yet. */
  botInstallation: BotInstallation
}

export type InstallationAnswer = {
  kind: 'installation'
  claims: ConnectClaims
  installation: Installation
  /** When the provider answered, which is when the lifetime of its tokens begins. */
  answeredAtMs: number
  /** Why a consent is not in effect yet; null if it is. */
  pending: PendingConsent | null
  /**
   * Why the person who consented has not proven to be an administrator; null if they have, or if
   * nobody had to.
   */
  adminProblem: string | null
}

export type WebhookAnswer = {
  kind: 'webhook'
  claims: ConnectClaims
  subscriberId: string
  url: string
  installedIn: InstalledIn
}

/** The workspace in which the app was installed, and by whom. */
export type InstalledIn = Pick<Installation['workspace'], 'id' | 'name'> &
  Pick<Installation, 'userToken'>

/** `codeSent`: whether the code may have been used up; if not, it can be sent again. */
export type FailedAnswer = {
  kind: 'failed'
  outcome: FailedOutcome
  codeSent: boolean
  /** Where the app was installed even so; absent if it was not. */
  installedIn?: InstalledIn
}

/** Why the target of a link can no longer be used. */
const TargetRefusal = Type.Union([
  Type.Object({ kind: Type.Literal('environment_gone'), environmentId: Type.String() }),
  Type.Object({
    kind: Type.Literal('integration_gone'),
    integrationId: Type.String(),
    environmentId: Type.String(),
  }),
  Type.Object({ kind: Type.Literal('provider_not_supported'), providerId: Type.String() }),
  Type.Object({ kind: Type.Literal('credentials_missing'), provider: Type.String() }),
  Type.Object({ kind: Type.Literal('subscriber_gone'), subscriberId: Type.String() }),
  Type.Object({ kind: Type.Literal('connection_gone'), identifier: Type.String() }),
  Type.Object({ kind: Type.Literal('connection_not_approved'), identifier: Type.String() }),
])
export type TargetRefusal = Static<typeof TargetRefusal>

/** The endpoint that an attempt has linked. */
const LinkedEndpoint = Type.Object({
  identifier: Type.String(),
  linkedAtMs: Type.Integer(),
  /** False if the subscriber was linked as this user before: then there is nothing to undo. */
  isNew: Type.Boolean(),
})

/** The provider at which the app stays installed; absent if the link did not install it. */
const installedAt = Type.Optional(Type.String())

/** The outcomes of an attempt. Stored, so that a repeated callback shows the same. */
export const LinkOutcome = Type.Union([
  Type.Object({
    kind: Type.Literal('linked'),
    provider: Type.String(),
    /** Whether the app can message the user yet; older versions of latch did not store it. */
    reach: Type.Optional(Type.Union([Type.Literal('reachable'), Type.Literal('not_yet')])),
    /** What was stored; older versions of latch did not say. */
    endpoint: Type.Optional(LinkedEndpoint),
  }),
  Type.Object({
    kind: Type.Literal('connected'),
    provider: Type.String(),
    /** Why an administrator's consent is not confirmed yet; absent if it is. */
    problem: Type.Optional(Type.String()),
    /** Why the user who installed the app was not linked too; absent if that was not requested. */
    remark: Type.Optional(
      Type.Union([
        Type.Literal('linked_to_another_subscriber'),
        Type.Literal('linked_as_another_user'),
      ]),
    ),
    /** Whether the tenant is connected for somebody else too. */
    hasOtherOwner: Type.Optional(Type.Boolean()),
  }),
  Type.Object({
    kind: Type.Literal('admin_not_proven'),
    provider: Type.String(),
    /** What is missing, for people. */
    problem: Type.String(),
    /** Whether there is a connection now that an operator can approve. */
    canBeApproved: Type.Boolean(),
  }),
  Type.Object({
    kind: Type.Literal('linked_to_another_subscriber'),
    provider: Type.String(),
    /** The endpoint of the other subscriber: for the operator, never for the user. */
    endpointIdentifier: Type.String(),
  }),
  /** The subscriber is linked as another chat user, and only they can change that. */
  Type.Object({
    kind: Type.Literal('linked_as_another_user'),
    provider: Type.String(),
    /** The subscriber's own endpoint. */
    endpointIdentifier: Type.String(),
  }),
  /** The user was asked to confirm whom they are linked to, and said no, or nothing in time. */
  Type.Object({ kind: Type.Literal('declined'), installedAt }),
  Type.Object({ kind: Type.Literal('confirmation_expired'), installedAt }),
  /** The user has undone what the attempt stored. */
  Type.Object({ kind: Type.Literal('undone') }),
  /** Refused, but then the user has unlinked themselves from the other subscriber. */
  Type.Object({ kind: Type.Literal('unlinked_other') }),
  Type.Object({
    kind: Type.Literal('wrong_workspace'),
    provider: Type.String(),
    expected: Type.String(),
    actual: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal('code_refused'),
    provider: Type.String(),
    error: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal('provider_unavailable'),
    provider: Type.String(),
    /** The problem, such as a status code; older versions of latch did not store it. */
    problem: Type.Optional(Type.String()),
  }),
  Type.Object({ kind: Type.Literal('interrupted') }),
  /** Another attempt completed the link first. */
  Type.Object({ kind: Type.Literal('already_used') }),
  /** It was deleted while the provider was being called. */
  TargetRefusal,
])
export type LinkOutcome = Static<typeof LinkOutcome>

/** The outcomes that complete nothing. The link stays valid until it expires. */
export type FailedOutcome = Exclude<
  LinkOutcome,
  { kind: 'linked' | 'connected' | 'undone' | 'unlinked_other' }
>

/**
 * The decision at the end of an attempt. One that changes something completes the link, unless its
 * outcome is a failure all the same.
 */
export type LinkDecision = Decision<{ outcome: LinkOutcome }, FailedOutcome>

/** Why a callback was refused before the code was exchanged. */
export type CallbackRefusal =
  | TargetRefusal
  | { kind: 'authorization_error'; error: string; description: string | null }
  | { kind: 'parameter_repeated'; parameter: string }
  | { kind: 'state_missing' }
  | { kind: 'code_missing' }
  | { kind: 'consent_missing'; provider: string; parameter: 'tenant' | 'admin_consent' }
  | { kind: 'state_invalid'; reason: string }
  | { kind: 'link_expired' }
  | { kind: 'other_browser' }
  /** The link needs a session of the app, and this is not the way there. */
  | { kind: 'session_required' }
  | { kind: 'ticket_ended' }
  /** The app's user is not the link's subscriber. */
  | { kind: 'other_subscriber' }
  | { kind: 'completion_url_missing' }
  | { kind: 'issuer_mismatch' }
  | { kind: 'too_many_attempts' }
  | { kind: 'still_running' }
  /** A form was not sent by a page of latch. */
  | { kind: 'form_forged' }

/** The attempt is held until the user has confirmed it at latch's own page. */
export type ConfirmationRequired = { kind: 'confirmation_required'; attemptId: string }

/**
 * `sign_in`: word of a consent has come, and the person goes on to `url`, to prove who they are.
 * `not_undoable` and `not_unlinkable`: what was linked is unchanged. `attempt_over`: the attempt has
 * ended; only the browser that made it is told how.
 */
export type CallbackResult =
  | LinkOutcome
  | CallbackRefusal
  | ConfirmationRequired
  | NotUndoable
  | NotUnlinkable
  | { kind: 'sign_in'; url: string }
  | { kind: 'attempt_over' }
