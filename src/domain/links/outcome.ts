import { type Static, Type } from '@sinclair/typebox'
import type { BotInstallation, Identity, Installation } from '../../providers/provider.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { PendingConsent } from '../../store/connections/connection-rows.ts'
import type { Decision } from '../decision.ts'
import type { SignedLink } from './sign-link.ts'

/** What the provider sends the user back with (RFC 6749 §4.1.2), and the browser's cookies. */
export type AuthorizationResponse = {
  code: string | null
  state: string | null
  error: string | null
  errorDescription: string | null
  /** After an administrator's consent at Entra: the tenant, and whether consent is claimed. */
  tenant: string | null
  adminConsent: boolean
  /** The issuer of the response (RFC 9207), where the provider names it. */
  issuer: string | null
  cookieHeader: string | null
}

/** The claims of a link by its mode. */
export type UserClaims = Extract<StateClaims, { mode: 'link_user' }>
export type ConnectClaims = Extract<StateClaims, { mode: 'connect' }>

/** What a claimed link came to at the provider; what is to be stored is decided from it. */
export type ProviderAnswer = UserAnswer | InstallationAnswer | WebhookAnswer | FailedAnswer

export type UserAnswer = {
  kind: 'user'
  claims: UserClaims
  identity: Identity
  botInstallation: BotInstallation
}

export type InstallationAnswer = {
  kind: 'installation'
  claims: ConnectClaims
  installation: Installation
  /** Why a consent that was claimed is not confirmed; null where it is. */
  pending: PendingConsent | null
}

export type WebhookAnswer = {
  kind: 'webhook'
  claims: ConnectClaims
  subscriberId: string
  url: string
  installedIn: InstalledIn
}

/** The workspace in which somebody installed the app. */
export type InstalledIn = { id: string; name: string | null }

/** `isSpent`: whether the code may have been used up; otherwise the link is still good. */
export type FailedAnswer = {
  kind: 'failed'
  outcome: FailedOutcome
  isSpent: boolean
  /** Where the app was installed all the same; absent if it was not. */
  installedIn?: InstalledIn
}

/** Why what a link was made for cannot be used any more. */
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
])
export type TargetRefusal = Static<typeof TargetRefusal>

/** How a link can end. Stored, so that a callback that is repeated shows the same. */
export const LinkOutcome = Type.Union([
  Type.Object({
    kind: Type.Literal('linked'),
    provider: Type.String(),
    /** Whether the app can message the user already; older versions of latch did not store it. */
    reach: Type.Optional(Type.Union([Type.Literal('reachable'), Type.Literal('not_yet')])),
  }),
  Type.Object({
    kind: Type.Literal('connected'),
    provider: Type.String(),
    /** Why an administrator's consent is not confirmed yet; absent where it is. */
    problem: Type.Optional(Type.String()),
  }),
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
    /** What latch met, such as a status; older versions of latch did not store it. */
    problem: Type.Optional(Type.String()),
  }),
  Type.Object({ kind: Type.Literal('interrupted') }),
  /** It was deleted while the provider was asked. */
  TargetRefusal,
])
export type LinkOutcome = Static<typeof LinkOutcome>

/** The ends of a link that change nothing. */
export type FailedOutcome = Exclude<LinkOutcome, { kind: 'linked' | 'connected' }>

/**
 * What is stored at the end of a link. `next`: where the user goes on to link themselves too; null
 * for the result page.
 */
export type LinkDecision = Decision<
  { outcome: Exclude<LinkOutcome, FailedOutcome>; next: SignedLink | null },
  FailedOutcome
>

/** Why a callback was refused before the link was spent. */
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
  | { kind: 'issuer_mismatch' }
  | { kind: 'still_running' }

/** `link_next`: the workspace is connected, and the user goes on to `url` to link themselves too. */
export type CallbackResult = LinkOutcome | CallbackRefusal | { kind: 'link_next'; url: string }
