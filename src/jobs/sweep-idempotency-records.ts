import type { JobKind } from './kind.ts'
import { sweep } from './sweep.ts'

/** Removes idempotency records that have expired. */
export const sweepIdempotencyRecordsJob: JobKind = {
  kind: 'sweep_idempotency_records',
  isRecurring: true,
  run: (deps, held, isStopping) => {
    const { removeExpired, nextExpiryMs } = deps.store.idempotencyRecords
    return sweep(deps, held, isStopping, { remove: removeExpired, nextMs: nextExpiryMs })
  },
}
