import { type Background, repeat } from '../../background.ts'
import type { Deps } from '../../deps.ts'
import { readApp } from '../../domain/integrations/app.ts'
import { retryDelayMs } from '../../domain/retry-delay.ts'
import type { Reach } from '../../providers/provider.ts'
import type { UnreachedEndpoint } from '../../store/endpoints/endpoint-reach.ts'

const PAUSE_MS = 5000
const AT_ONCE = 10
/** Longer than the calls of one attempt can take together. */
const LEASE_MS = 60_000

/**
 * Tries again, for as long as it takes, to make linked users reachable (Teams: a bot whose
 * permissions are not in effect yet, N13). Who they are is stored already.
 */
export function startReaching(deps: Deps): Background {
  return repeat(
    PAUSE_MS,
    async (isStopping) => {
      const due = await deps.store.endpointReach.due(deps.clock(), AT_ONCE)
      for (const unreached of due) {
        if (isStopping()) break
        await attempt(deps, unreached)
      }
      return due.length === AT_ONCE ? 'more' : 'done'
    },
    (error) => {
      deps.log.warn(
        { error: error instanceof Error ? error : null },
        'linked users were not reached',
      )
    },
  )
}

async function attempt(deps: Deps, unreached: UnreachedEndpoint): Promise<void> {
  const { store, clock, log } = deps
  if (!(await store.endpointReach.lease(unreached, clock() + LEASE_MS))) return
  const reach = await tryToReach(deps, unreached)
  const { id, reachAttempts } = unreached
  if (reach.kind === 'reachable') {
    await store.commit([store.endpointReach.settle(id, null, null)])
    log.info({ endpointId: id }, 'a linked user can be reached now')
    return
  }
  const nextAttemptAtMs = clock() + retryDelayMs(reachAttempts + 1)
  await store.commit([store.endpointReach.settle(id, reach.problem, nextAttemptAtMs)])
  log.warn({ endpointId: id, problem: reach.problem }, 'a linked user cannot be reached yet')
}

async function tryToReach(deps: Deps, unreached: UnreachedEndpoint): Promise<Reach> {
  const { environmentId, integrationId, endpoint } = unreached
  const integration = await deps.store.integrations.findById(environmentId, integrationId)
  const provider = integration && deps.providers.get(integration.providerId)
  if (!integration || !provider?.reach) return { kind: 'reachable' }
  const { clientId, clientSecret, ...rest } = readApp(provider, integration.credentials)
  if (clientId === null || clientSecret === null) {
    return { kind: 'not_yet', problem: 'The integration has no client id or secret' }
  }
  return provider.reach({ ...rest, clientId, clientSecret }, endpoint)
}
