import type { Waits } from '../../domain/links/complete-link.ts'
import type { Overload } from '../../http/overload.ts'

/**
 * The most callbacks that wait for another one with the same code. They take no place from requests
 * that could be answered, but each looks at the database again and again.
 */
const MAX_WAITING = 64

/** Lets callbacks wait for each other without taking places from other requests. */
export function createWaits({ whileUncounted }: Pick<Overload, 'whileUncounted'>): Waits {
  let waiting = 0
  return {
    isFull: () => waiting >= MAX_WAITING,
    during: async (outcome) => {
      waiting += 1
      try {
        return await whileUncounted(outcome)
      } finally {
        waiting -= 1
      }
    },
  }
}
