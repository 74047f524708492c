import { type Background, repeat } from '../background.ts'
import type { Deps } from '../deps.ts'

const PAUSE_MS = 60_000

/** Writes when keys were last used, so that an operator sees which may go. */
export const startSavingKeyUses = ({ store, log }: Pick<Deps, 'store' | 'log'>): Background =>
  repeat(
    PAUSE_MS,
    async () => {
      await store.apiKeys.saveUses()
      return 'done'
    },
    (error) => {
      const cause = error instanceof Error ? error : null
      log.warn({ error: cause }, 'the last use of keys was not written')
    },
  )
