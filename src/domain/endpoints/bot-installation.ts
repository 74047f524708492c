import type { Deps } from '../../deps.ts'
import type { BotInstallation } from '../../providers/provider.ts'
import type { EndpointWithoutBot } from '../../store/endpoints/bot-installations.ts'
import type { HeldJob, JobEnd } from '../../store/jobs/jobs.ts'
import { NO_CREDENTIALS } from '../connections/connected-app.ts'
import { type Accepted, accept } from '../decision.ts'
import { readUsableApp } from '../integrations/app.ts'
import { endJob, endJobAlone } from '../job.ts'
import { retryDelayMs } from '../retry-delay.ts'
import { endpointReachable } from './event.ts'

type RetryDeps = Pick<Deps, 'store' | 'providers' | 'clock' | 'log' | 'wakeJobs'>

/**
 * Tries again to install the bot in the chat of a user who is already linked, and ends the job.
 * Null if there was nothing to do.
 */
export async function retryBotInstallation(
  deps: RetryDeps,
  held: HeldJob,
): Promise<BotInstallation | null> {
  const { store, clock } = deps
  const endpoint = await store.botInstallations.read(held.subject)
  if (endpoint === null) {
    await endJobAlone(deps, held, { kind: 'done' })
    return null
  }
  const installation = await installBot(deps, endpoint)
  const problem = installation.kind === 'reachable' ? null : installation.problem
  const decide = async (): Promise<Accepted<null> | { kind: 'changed' }> => {
    const current = await store.botInstallations.read(held.subject)
    if (current?.updatedAtMs !== endpoint.updatedAtMs) return { kind: 'changed' }
    return accept(null, {
      expects: [store.botInstallations.expectUnchanged(current)],
      writes: [store.botInstallations.setProblem(current.id, problem)],
      events: problem === null ? [endpointReachable(current)] : [],
    })
  }
  const endOf = ({ kind }: { kind: string }): JobEnd => {
    if (kind !== 'accepted') return { kind: 'again', dueAtMs: clock(), problem: null }
    if (problem === null) return { kind: 'done' }
    return { kind: 'again', dueAtMs: clock() + retryDelayMs(held.attempts - 1), problem }
  }
  const decided = await endJob(deps, held, decide, endOf)
  return decided.kind === 'accepted' ? installation : null
}

async function installBot(
  { store, providers }: RetryDeps,
  { environmentId, integrationId, endpoint }: EndpointWithoutBot,
): Promise<BotInstallation> {
  const integration = await store.integrations.findById(environmentId, integrationId)
  const provider = integration && providers.get(integration.providerId)
  if (!integration || !provider?.installBot) return { kind: 'reachable' }
  const read = readUsableApp(provider, integration.credentials)
  if (read.kind === 'credentials_missing') return { kind: 'not_yet', problem: NO_CREDENTIALS }
  return provider.installBot(read.app, endpoint)
}
