import { type Alarm, type Background, later } from '../background.ts'
import type { Deps } from '../deps.ts'
import { startSavingKeyUses } from '../http/save-key-uses.ts'
import { startTellingTokenReads } from '../http/save-token-reads.ts'
import { JOB_KINDS } from '../jobs/kinds.ts'
import { startJobs } from '../jobs/runner.ts'
import type { Log } from '../observe/log.ts'
import type { OperatorContext } from '../operator/action.ts'
import { actions } from '../operator/actions.ts'
import { createRotation, type RotatingKeys, startRotating } from '../operator/rotation.ts'
import { type ControlSocket, openControlSocket } from '../operator/socket.ts'
import type { Fetch } from '../providers/call-provider.ts'
import type { Registry } from '../providers/definition.ts'

/** Starting this takes 10 ms, and the first request is more urgent. */
const FIRST_DELAY_MS = 1000

/** Starts everything that the service does apart from answering requests. */
export function startBackgroundWork(
  deps: Deps,
  keys: RotatingKeys,
  { fetch, registry, jobsAlarm }: { fetch: Fetch; registry: Registry; jobsAlarm: Alarm },
): Background {
  const rotation = createRotation(keys, deps, deps.config.dataDir)
  const socket = openSocket({ ...deps, fetch, registry, settings: deps.config, rotation }, deps.log)
  // At once, as what it tells at the end must not be lost in the first second.
  const tokenReads = startTellingTokenReads(deps)
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

/** Optional: only commands need the socket, so a service that cannot open it runs all the same. */
function openSocket(context: OperatorContext, log: Log): ControlSocket | null {
  try {
    return openControlSocket(context.settings.dataDir, actions, context)
  } catch (error) {
    const cause = error instanceof Error ? error : null
    log.warn(
      { error: cause },
      'no control socket: commands such as `keys` need latch to be stopped',
    )
    return null
  }
}
