import type { Waits } from '../../domain/links/complete-link.ts'
import type { Overload } from '../../http/overload.ts'

/**
 * The most callbacks that wait for another one with the same code. They take no place from requests
 * that could be answered, but each looks at the database again and again.
 */
const MAX_WAITING = 64
/** More than anybody reloads a page; a crowd with one link must not take the turns of others. */
const MAX_WAITING_PER_LINK = 8

/** Lets callbacks wait for each other without taking places from other requests. */
export function createWaits({
  whileUncounted,
}: Pick<Overload, 'whileUncounted'>): (request: Request) => Waits {
  const waiting = new Map<string, number>()
  let total = 0

  const count = (jti: string, change: 1 | -1): void => {
    const now = (waiting.get(jti) ?? 0) + change
    total += change
    if (now === 0) waiting.delete(jti)
    else waiting.set(jti, now)
  }

  return (request) => ({
    isFull: (jti) => total >= MAX_WAITING || (waiting.get(jti) ?? 0) >= MAX_WAITING_PER_LINK,
    during: async (jti, outcome) => {
      count(jti, 1)
      try {
        return await whileUncounted(request, outcome)
      } finally {
        count(jti, -1)
      }
    },
  })
}
