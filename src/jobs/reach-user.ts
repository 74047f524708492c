import { reachUser } from '../domain/endpoints/reach.ts'
import { REACH_USER } from '../store/jobs/pending.ts'
import type { JobKind } from './kind.ts'

/** Retries until the app can reach a linked user. */
export const reachUserJob: JobKind = {
  kind: REACH_USER,
  run: async (deps, held) => {
    const { log } = deps
    const reach = await reachUser(deps, held)
    const endpointId = held.subject
    if (reach?.kind === 'reachable') log.info({ endpointId }, 'a linked user can be reached now')
    if (reach?.kind === 'not_yet') {
      log.warn({ endpointId, problem: reach.problem }, 'a linked user cannot be reached yet')
    }
  },
}
