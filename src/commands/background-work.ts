import { type Alarm, type Background, later, repeat } from '../background.ts'
import type { Deps } from '../deps.ts'
import { recordTokenReads } from '../domain/connections/token-reads.ts'
import { JOB_KINDS } from '../jobs/kinds.ts'
import { startJobs } from '../jobs/runner.ts'
import type { Log } from '../observe/log.ts'
import type { OperatorContext } from '../operator/action.ts'
import { actions } from '../operator/actions.ts'
import { createRotation, type RotatingKeys, startRotating } from '../operator/rotation.ts'
import { type OperatorSocket, openOperatorSocket } from '../operator/socket.ts'
import type { Fetch } from '../providers/call-provider.ts'
import type { Registry } from '../providers/definition.ts'

/** Starting this takes 10 ms, and the first request is more urgent. */
const FIRST_DELAY_MS = 1000
const SAVE_EVERY_MS = 60_000

/** Starts everything that the service does apart from answering requests. */
export function startBackgroundWork(
  deps: Deps,
  keys: RotatingKeys,
  { fetch, registry, jobsAlarm }: { fetch: Fetch; registry: Registry; jobsAlarm: Alarm },
): Background {
  const rotation = createRotation(keys, deps, deps.config.dataDir)
  const socket = openSocket({ ...deps, fetch, registry, settings: deps.config, rotation }, deps.log)
  // Not delayed: when it stops, it records the token reads so far, even those of the first second.
  const tokenReads = startRecordingTokenReads(deps)
  const work = later(FIRST_DELAY_MS, () => [
    startJobs(deps, JOB_KINDS, jobsAlarm),
    startSavingKeyUses(deps),
    startRotating(rotation, deps.log),
  ])
  return {
    stop: async () => {
      await socket?.stop()
      await work.stop()
      await tokenReads.stop()
    },
  }
}

/** The socket is optional: only commands need it, so the service runs without it if it must. */
function openSocket(context: OperatorContext, log: Log): OperatorSocket | null {
  try {
    return openOperatorSocket(context.settings.dataDir, actions, context)
  } catch (error) {
    log.warn(
      { error: causeOf(error) },
      'the operator socket could not be opened: commands such as `keys` need latch to be stopped',
    )
    return null
  }
}

/** Saves when each API key was last used, so that an operator sees which ones are unused. */
const startSavingKeyUses = ({ store, log }: Pick<Deps, 'store' | 'log'>): Background =>
  repeat(
    SAVE_EVERY_MS,
    async () => {
      await store.apiKeys.saveUses()
      return 'done'
    },
    (error) => log.warn({ error: causeOf(error) }, 'the last use of API keys was not saved'),
  )

/**
 * Records which API keys read tokens: soon after each hour, and for the hour in progress when it is
 * stopped.
 */
function startRecordingTokenReads(deps: Deps): Background {
  const warn = (error: unknown): void =>
    deps.log.warn({ error: causeOf(error) }, 'token reads were not recorded')
  const record = async (): Promise<'done'> => {
    await recordTokenReads(deps, 'over')
    return 'done'
  }
  const work = repeat(SAVE_EVERY_MS, record, warn)
  return {
    stop: async () => {
      await work.stop()
      await recordTokenReads(deps, 'all').catch(warn)
    },
  }
}

const causeOf = (error: unknown): Error | null => (error instanceof Error ? error : null)
