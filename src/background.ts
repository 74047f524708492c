export type Background = {
  /** Resolves when the work that is under way is done; no more begins. */
  stop(): Promise<void>
}

/**
 * Does `work` again and again: at once while it says that there is more, else after a pause. What
 * it throws is handed to `onFault`, and it is tried again after the pause. Work that takes long
 * looks at `isStopping` between its parts.
 */
export function repeat(
  pauseMs: number,
  work: (isStopping: () => boolean) => Promise<'more' | 'done'>,
  onFault: (error: unknown) => void,
): Background {
  let stopped = false
  let wake = (): void => {}

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function run(): Promise<void> {
    while (!stopped) {
      const outcome = await work(() => stopped).catch((error: unknown) => {
        onFault(error)
        return 'done' as const
      })
      if (outcome === 'done' && !stopped) await pause()
    }
  }

  const running = run()
  return {
    stop: () => {
      stopped = true
      wake()
      return running
    },
  }
}

/** Starts work after `delayMs`, or never if it is stopped before. */
export function later(delayMs: number, start: () => readonly Background[]): Background {
  let work: readonly Background[] = []
  const timer = setTimeout(() => {
    work = start()
  }, delayMs)
  return {
    stop: async () => {
      clearTimeout(timer)
      await Promise.all(work.map((part) => part.stop()))
    },
  }
}

/** A sleep that others can end. */
export type Alarm = {
  /** Ends the sleep, or the next one where nobody sleeps now. */
  ring(): void
  sleep(ms: number): Promise<void>
}

export function createAlarm(): Alarm {
  let hasRung = false
  let wake = (): void => {}
  return {
    ring: () => {
      hasRung = true
      wake()
    },
    sleep: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      hasRung = false
    },
  }
}
