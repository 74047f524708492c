import type { Waits } from '../../domain/links/complete-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import type { Overload } from '../../http/overload.ts'

/** The most callbacks that wait for another one. They take no place, but hold memory and a socket. */
const MAX_WAITING = 256
/** A crowd with one link must not take the turns of others. */
const MAX_WAITING_PER_LINK = 64

/**
 * Lets callbacks wait for each other without taking places from other requests. Those that wait for
 * the same attempt look at the database together.
 */
export function createWaits({
  whileUncounted,
}: Pick<Overload, 'whileUncounted'>): (request: Request) => Waits {
  const waiting = new Map<string, number>()
  const outcomes = new Map<string, Promise<CallbackResult>>()
  let total = 0

  const count = (jti: string, change: 1 | -1): void => {
    const now = (waiting.get(jti) ?? 0) + change
    total += change
    if (now === 0) waiting.delete(jti)
    else waiting.set(jti, now)
  }

  function sharedOutcome(attemptId: string, find: () => Promise<CallbackResult>) {
    const known = outcomes.get(attemptId)
    if (known !== undefined) return known
    const found = find().finally(() => outcomes.delete(attemptId))
    outcomes.set(attemptId, found)
    return found
  }

  return (request) => ({
    isFull: (jti) => total >= MAX_WAITING || (waiting.get(jti) ?? 0) >= MAX_WAITING_PER_LINK,
    during: async ({ jti, attemptId }, find) => {
      count(jti, 1)
      try {
        return await whileUncounted(request, sharedOutcome(`${jti}/${attemptId}`, find))
      } finally {
        count(jti, -1)
      }
    },
  })
}
