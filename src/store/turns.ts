/** Ends a turn. */
export type EndTurn = () => void

/**
 * Lets changes of the same records happen one after the other, in the order in which they asked. It
 * spares them attempts that only one can win; whether a change is still valid is decided by its
 * commit alone, as other processes have turns of their own.
 */
export type Turns = {
  /** Whether a change of one of these records has its turn or waits for it. */
  isTaken(records: readonly string[]): boolean
  /**
   * Resolves when the caller has its turn for all of these records, which lasts until it ends it.
   * Null if too many wait for one of them.
   */
  take(records: readonly string[]): Promise<EndTurn> | null
}

/** With a commit of 5 ms each, the last one waits for half a second. */
const MAX_WAITING = 100

type Queue = { length: number; last: Promise<void> }

export function createTurns(): Turns {
  const queues = new Map<string, Queue>()

  /** Waits in the queue of one record. */
  async function takeOne(record: string): Promise<EndTurn> {
    const queue = queues.get(record) ?? { length: 0, last: Promise.resolve() }
    queues.set(record, queue)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const before = queue.last
    queue.length += 1
    queue.last = ended
    await before
    return () => {
      queue.length -= 1
      if (queue.length === 0) queues.delete(record)
      resolve()
    }
  }

  return {
    isTaken: (records) => queues.size > 0 && records.some((record) => queues.has(record)),
    take: (records) => {
      // In the same order for everyone: two changes never wait for each other.
      const inOrder = [...new Set(records)].sort()
      const isFull = (record: string) => (queues.get(record)?.length ?? 0) > MAX_WAITING
      if (inOrder.some(isFull)) return null
      return takeAll(inOrder)
    },
  }

  async function takeAll(records: readonly string[]): Promise<EndTurn> {
    const taken: EndTurn[] = []
    for (const record of records) taken.push(await takeOne(record))
    return () => {
      for (const end of taken) end()
    }
  }
}
