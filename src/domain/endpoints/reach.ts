import type { Deps } from '../../deps.ts'
import type { Reach } from '../../providers/provider.ts'
import type { UnreachedEndpoint } from '../../store/endpoints/endpoint-reach.ts'
import type { HeldJob, JobEnd } from '../../store/jobs/jobs.ts'
import { NO_MEANS } from '../connections/means.ts'
import { type Accepted, accept } from '../decision.ts'
import { readUsableApp } from '../integrations/app.ts'
import { endJob, endJobAlone } from '../job.ts'
import { retryDelayMs } from '../retry-delay.ts'

type ReachDeps = Pick<Deps, 'store' | 'providers' | 'clock' | 'log' | 'wakeJobs'>

/**
 * Tries to make the app able to reach a linked person (Teams: a bot whose permissions have not taken
 * effect yet), and ends the job. Who they are is stored already. Null where there was nothing to do.
 */
export async function reachUser(deps: ReachDeps, held: HeldJob): Promise<Reach | null> {
  const { store, clock } = deps
  const unreached = await store.endpointReach.read(held.subject)
  if (unreached === null) {
    await endJobAlone(deps, held, { kind: 'done' })
    return null
  }
  const reach = await tryToReach(deps, unreached)
  const problem = reach.kind === 'reachable' ? null : reach.problem
  const decide = async (): Promise<Accepted<null> | { kind: 'changed' }> => {
    const current = await store.endpointReach.read(held.subject)
    if (current?.updatedAtMs !== unreached.updatedAtMs) return { kind: 'changed' }
    return accept(null, {
      expects: [store.endpointReach.expectUnchanged(current)],
      writes: [store.endpointReach.setProblem(current.id, problem)],
    })
  }
  const endOf = ({ kind }: { kind: string }): JobEnd => {
    if (kind !== 'accepted') return { kind: 'again', dueAtMs: clock(), problem: null }
    if (problem === null) return { kind: 'done' }
    return { kind: 'again', dueAtMs: clock() + retryDelayMs(held.attempts - 1), problem }
  }
  const decided = await endJob(deps, held, decide, endOf)
  return decided.kind === 'accepted' ? reach : null
}

async function tryToReach(
  { store, providers }: ReachDeps,
  { environmentId, integrationId, endpoint }: UnreachedEndpoint,
): Promise<Reach> {
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider?.reach) return { kind: 'reachable' }
  const read = readUsableApp(provider, integration.credentials)
  if (read.kind === 'credentials_missing') return { kind: 'not_yet', problem: NO_MEANS }
  return provider.reach(read.app, endpoint)
}
