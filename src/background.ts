export type Background = {
  /** Stops the loop. Resolves once the work in progress has finished. */
  stop(): Promise<void>
}

/**
 * Runs `work` in a loop: again at once if it returns `more`, otherwise after `pauseMs`. An error
 * that it throws is passed to `onFault`, and the loop continues after the pause. Long-running work
 * should check `isStopping` between its parts.
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

/** Starts the work after `delayMs`; never, if it is stopped before then. */
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

/** A sleep that other code can interrupt. */
export type Alarm = {
  /** Ends the current sleep, or the next one if nobody is sleeping. */
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
