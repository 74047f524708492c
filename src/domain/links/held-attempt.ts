import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import type { StateClaims } from '../../secrets/state.ts'
import type { HeldAttempt } from '../../store/links/held-attempts.ts'
import type { AttemptName } from '../../store/links/link-attempts.ts'
import type { Write } from '../../store/writer/writes.ts'
import { accept, type Decision } from '../decision.ts'
import type { StorableAnswer } from './outcome.ts'
import { HeldAnswer } from './shape.ts'

/** How long the user may take to confirm. */
export const HOLD_LIFETIME_MS = 10 * 60_000

const Held = Type.Object({ state: Type.String(), answer: HeldAnswer })

/**
 * Holds what the provider answered until the user has confirmed it. Every kind of answer can be held:
 * `holdAnswer` stores it sealed, `readHeld` returns it as it was, and `exchange.ts` stores it then by
 * the same decision that would have stored it at once. So a new kind of confirmation needs no new
 * rule: to ask about an installation, let `needsConfirmation` say so, and describe both sides of it in
 * `sides.ts`. Whoever acts at the provider (such as installing a bot) does so after the confirmation.
 *
 * The attempt keeps no outcome while it is held. Its row here tells it from one that was interrupted.
 * `expects`: what must be true so that it could be stored now.
 */
export const holdAnswer = (
  { store, random, clock }: Pick<Deps, 'store' | 'random' | 'clock'>,
  name: AttemptName,
  state: string,
  { claims, ...answer }: StorableAnswer,
  expects: readonly Write[],
): Decision<null> =>
  accept(null, {
    expects: [store.linkAttempts.expectUnsettled(name), ...expects],
    writes: [
      store.heldAttempts.hold({
        ...name,
        id: random.recordId(clock()),
        environmentId: claims.environmentId,
        integrationId: claims.integrationId,
        subscriberId: claims.subscriberId,
        answer: JSON.stringify({ state, answer } satisfies Static<typeof Held>),
        createdAtMs: clock(),
        expiresAtMs: clock() + HOLD_LIFETIME_MS,
      }),
    ],
  })

export type ReadHeld = { state: string; answer: HeldAnswer }

/** Returns null for what cannot be read any more. */
export function readHeld({ answer }: Pick<HeldAttempt, 'answer'>): ReadHeld | null {
  const held: unknown = answer === null ? null : JSON.parse(answer)
  return Value.Check(Held, held) ? held : null
}

/** The held answer with the claims of its link. Null if they do not belong together. */
export function withClaims(answer: HeldAnswer, claims: StateClaims): StorableAnswer | null {
  if (answer.kind === 'user') return claims.mode === 'link_user' ? { ...answer, claims } : null
  return claims.mode === 'connect' ? { ...answer, claims } : null
}
