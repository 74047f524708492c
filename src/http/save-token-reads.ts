import { type Background, repeat } from '../background.ts'
import type { Deps } from '../deps.ts'
import { recordTokenReads } from '../domain/connections/token-reads.ts'

const PAUSE_MS = 60_000

/** Tells who read tokens, soon after each hour, and of the hour that has begun when it is stopped. */
export function startTellingTokenReads(deps: Deps): Background {
  const warn = (error: unknown): void => {
    const cause = error instanceof Error ? error : null
    deps.log.warn({ error: cause }, 'who read tokens was not recorded')
  }
  const tell = async (): Promise<'done'> => {
    await recordTokenReads(deps, 'over')
    return 'done'
  }
  const work = repeat(PAUSE_MS, tell, warn)
  return {
    stop: async () => {
      await work.stop()
      await recordTokenReads(deps, 'all').catch(warn)
    },
  }
}
