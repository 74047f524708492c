import { type Static, Type } from '@sinclair/typebox'
import type { Pending } from '../store/jobs/pending.ts'

/** The state of work that latch keeps retrying. */
export const PendingState = Type.Object({
  problem: Type.String(),
  attempts: Type.Integer(),
  nextAttemptAt: Type.Optional(Type.String({ description: 'Absent once latch has given up.' })),
  gaveUpAt: Type.Optional(Type.String({ description: 'When latch stopped retrying.' })),
})
export type PendingState = Static<typeof PendingState>

export const presentPending = ({
  problem,
  attempts,
  nextAttemptAtMs,
  gaveUpAtMs,
}: Pending): PendingState => ({
  problem,
  attempts,
  ...(nextAttemptAtMs !== null && { nextAttemptAt: new Date(nextAttemptAtMs).toISOString() }),
  ...(gaveUpAtMs !== null && { gaveUpAt: new Date(gaveUpAtMs).toISOString() }),
})
