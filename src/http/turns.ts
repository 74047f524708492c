/** Resolves when the event loop has read all that was there to be read. */
export type NextTurn = () => Promise<void>

/**
 * Lets requests that arrive together be worked on together. Bun hands over a request as soon as it
 * has read it, so the work on one would be done between the reading of two, each time with cold
 * caches: of what a link takes, nearly half was waiting for memory. Asked for by 64 connections, links
 * went from 0.45 to 0.85 of a bare handler by this alone; a request that comes alone waits for nothing.
 */
export function createTurns(): NextTurn {
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
