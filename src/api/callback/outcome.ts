import { type Static, Type } from '@sinclair/typebox'

/** How a link can end. Stored as it is, so that a callback that comes again is told the same. */
export const LinkOutcome = Type.Union([
  Type.Object({
    kind: Type.Literal('linked'),
    provider: Type.String(),
    /** Whether the app can reach the user already; absent in what an older latch stored. */
    reach: Type.Optional(Type.Union([Type.Literal('reachable'), Type.Literal('not_yet')])),
  }),
  Type.Object({
    kind: Type.Literal('connected'),
    provider: Type.String(),
    /** What is in the way of an administrator's consent, where it is not proven yet. */
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
  Type.Object({ kind: Type.Literal('provider_unavailable'), provider: Type.String() }),
  Type.Object({ kind: Type.Literal('interrupted') }),
])
export type LinkOutcome = Static<typeof LinkOutcome>

/** Why a callback came to nothing before the link was spent: nothing of it is stored. */
export type Refusal =
  | { kind: 'authorization_error'; error: string; description: string | null }
  | { kind: 'parameter_repeated'; parameter: string }
  | { kind: 'state_missing' }
  | { kind: 'code_missing' }
  | { kind: 'consent_missing'; provider: string; parameter: 'tenant' | 'admin_consent' }
  | { kind: 'state_invalid'; reason: string }
  | { kind: 'link_expired' }
  | { kind: 'other_browser' }
  | { kind: 'issuer_mismatch' }
  | { kind: 'environment_gone'; environmentId: string }
  | { kind: 'integration_gone'; integrationId: string; environmentId: string }
  | { kind: 'provider_not_supported'; providerId: string }
  | { kind: 'credentials_missing'; provider: string }
  | { kind: 'subscriber_gone'; subscriberId: string }
  | { kind: 'connection_gone'; identifier: string }
  | { kind: 'still_running' }

/** `link_next`: connected, and the user is to link themselves too, at this address. */
export type CallbackResult = LinkOutcome | Refusal | { kind: 'link_next'; url: string }
