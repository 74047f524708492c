import { checkpointEventsJob } from './checkpoint-events.ts'
import type { JobKind } from './kind.ts'
import { proveConsentJob } from './prove-consent.ts'
import { reachUserJob } from './reach-user.ts'
import { refreshTokensJob } from './refresh-tokens.ts'
import { sweepEventsJob } from './sweep-events.ts'
import { sweepIdempotencyRecordsJob } from './sweep-idempotency-records.ts'
import { sweepSpentStatesJob } from './sweep-spent-states.ts'

/** All that latch does when it is due. A kind of work is a file, and a line here. */
export const JOB_KINDS: readonly JobKind[] = [
  refreshTokensJob,
  proveConsentJob,
  reachUserJob,
  sweepIdempotencyRecordsJob,
  sweepSpentStatesJob,
  checkpointEventsJob,
  sweepEventsJob,
]
