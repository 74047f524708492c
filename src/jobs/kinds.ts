import { checkpointEventsJob } from './checkpoint-events.ts'
import { expireHeldAttemptsJob } from './expire-held-attempts.ts'
import { installBotJob } from './install-bot.ts'
import type { JobKind } from './kind.ts'
import { proveConsentJob } from './prove-consent.ts'
import { refreshTokensJob } from './refresh-tokens.ts'
import { sweepEventsJob } from './sweep-events.ts'
import { sweepIdempotencyRecordsJob } from './sweep-idempotency-records.ts'
import { sweepSpentStatesJob } from './sweep-spent-states.ts'

/** All kinds of background jobs. To add one, write a file and list it here. */
export const JOB_KINDS: readonly JobKind[] = [
  refreshTokensJob,
  proveConsentJob,
  installBotJob,
  sweepIdempotencyRecordsJob,
  sweepSpentStatesJob,
  expireHeldAttemptsJob,
  checkpointEventsJob,
  sweepEventsJob,
]
