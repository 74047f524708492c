import { ApiError } from './api-error.ts'

/**
 * How many requests latch works on at once, and when. Requests with a valid API key and those without
 * one have places of their own, so that a crowd of strangers takes none from the backends.
 */
export type Overload = {
  /** Counts a request that has arrived. */
  enter(): void
  /** Counts it as answered. */
  leave(request: Request): void
  /** Throws 503 where latch is shutting down. */
  refuse(): void
  /** Takes a place for a request without an API key. Throws 503 where all are taken. */
  admitPublic(request: Request): void
  /** Throws 503 where too many requests with a valid API key are worked on already. */
  admitCaller(): void
  /**
   * Resolves in the next turn of the event loop, so that requests that are already in the socket
   * buffers are handled as one batch.
   */
  nextTurn(): Promise<void>
  /**
   * Waits without being counted as worked on: a request that only waits must not take the place of
   * one that could be answered. Whoever lets requests wait must bound how many do.
   */
  whileUncounted<Value>(waiting: Promise<Value>): Promise<Value>
  /** From now on every new request is refused. */
  drain(): void
  isDraining(): boolean
  /** Calls `listener` when `drain` is called. Answers the function that ends it. */
  onDrain(listener: () => void): () => void
}

/** Each holds memory; more of them at once only make all of them slower. */
const MAX_CALLERS = 1024
/** People who open a link. One whose provider does not answer is held for 10 seconds and more. */
const MAX_PUBLIC = 256

export function createOverload(): Overload {
  const nextTurn = createNextTurn()
  const publicRequests = new Set<Request>()
  let inFlight = 0
  let draining = false
  const listeners = new Set<() => void>()
  return {
    enter: () => {
      inFlight += 1
    },
    leave: (request) => {
      inFlight -= 1
      publicRequests.delete(request)
    },
    refuse: () => {
      if (draining) throw shuttingDown
    },
    admitPublic: (request) => {
      if (publicRequests.size >= MAX_PUBLIC) throw overloaded
      publicRequests.add(request)
    },
    admitCaller: () => {
      if (inFlight - publicRequests.size > MAX_CALLERS) throw overloaded
    },
    nextTurn,
    whileUncounted: async (waiting) => {
      inFlight -= 1
      try {
        return await waiting
      } finally {
        inFlight += 1
      }
    },
    drain: () => {
      draining = true
      for (const listener of listeners) listener()
    },
    isDraining: () => draining,
    onDrain: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

/**
 * Defers work to `setImmediate`. Bun hands over a request as soon as it has read it, so the work on
 * one would be done between the reading of two, each time with cold caches: of what a link takes,
 * nearly half was waiting for memory. Asked for by 64 connections, links went from 0.45 to 0.85 of a
 * bare handler by this alone; a request that comes alone waits for nothing.
 */
export function createNextTurn(): () => Promise<void> {
  let next: Promise<void> | null = null
  return () => {
    next ??= new Promise((resolve) => {
      setImmediate(() => {
        next = null
        resolve()
      })
    })
    return next
  }
}

const unavailable = (code: string, headers: Record<string, string> = {}): ApiError =>
  new ApiError(503, code, 'Please wait some time, then try again.', {
    headers: { 'retry-after': '1', ...headers },
  })

const overloaded = unavailable('overloaded')
const shuttingDown = unavailable('shutting_down', { connection: 'close' })

/** The answer to everything while latch starts. */
export const starting: ApiError = unavailable('starting')
