import { jobActor } from '../domain/job.ts'
import { expireHeld } from '../domain/links/expire-held.ts'
import type { JobKind } from './kind.ts'
import { sweep } from './sweep.ts'

/** Ends attempts that wait for a confirmation in vain, and removes what is held for them. */
export const expireHeldAttemptsJob: JobKind = {
  kind: 'expire_held_attempts',
  isRecurring: true,
  run: (deps, held, isStopping) =>
    sweep(deps, held, isStopping, {
      remove: (_, limit) => expireHeld(deps, jobActor(held), limit),
      nextMs: deps.store.heldAttempts.nextExpiryMs,
    }),
}
