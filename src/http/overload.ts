import { ApiError } from './api-error.ts'

/**
 * Limits the number of requests in progress, and schedules them. Requests with a valid API key and
 * public ones have separate limits, so that many unauthenticated clients cannot block backends.
 */
export type Overload = {
  /** Counts a new request as in progress. */
  enter(): void
  /** Counts a request as finished. */
  leave(request: Request): void
  /** Throws 503 if latch is shutting down. */
  refuse(): void
  /** Counts a request as public. Throws 503 if too many public requests are in progress. */
  admitPublic(request: Request): void
  /** Throws 503 if too many requests with a valid API key are in progress. */
  admitCaller(): void
  /**
   * Resolves in the next turn of the event loop, so that requests that are already in the socket
   * buffers are handled as one batch.
   */
  nextTurn(): Promise<void>
  /**
   * Waits for a promise without counting the request as in progress, so that waiting requests do not
   * block others. The caller must limit how many requests wait.
   */
  whileUncounted<Value>(request: Request, waiting: Promise<Value>): Promise<Value>
  /** Refuses every request from now on. */
  drain(): void
  isDraining(): boolean
  /** Calls `listener` when `drain` is called. Returns a function that unsubscribes. */
  onDrain(listener: () => void): () => void
}

/** Each request holds memory, and more of them at once only slow each other down. */
const MAX_CALLERS = 1024
/** Mostly users who open a link; each can take over 10 seconds if the provider does not respond. */
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
    whileUncounted: async (request, waiting) => {
      const isPublic = publicRequests.delete(request)
      inFlight -= 1
      try {
        return await waiting
      } finally {
        inFlight += 1
        // Even if all places are taken by now: it has waited long enough.
        if (isPublic) publicRequests.add(request)
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
 * Defers work to `setImmediate`. Bun calls the handler as soon as it has read a request, so requests
 * would be handled between socket reads, each time with cold CPU caches: nearly half the time of a
 * link was spent waiting for memory. With 64 connections, this alone raised links from 0.45 to 0.85
 * of a bare handler's throughput. A request that arrives alone is not delayed.
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

/** The response to every request while latch starts. */
export const starting: ApiError = unavailable('starting')
