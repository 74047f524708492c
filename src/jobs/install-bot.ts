import { retryBotInstallation } from '../domain/endpoints/bot-installation.ts'
import { INSTALL_BOT } from '../store/jobs/pending.ts'
import type { JobKind } from './kind.ts'

/** Retries until the app can installation a linked user. */
export const installBotJob: JobKind = {
  kind: INSTALL_BOT,
  run: async (deps, held) => {
    const { log } = deps
    const installation = await retryBotInstallation(deps, held)
    const endpointId = held.subject
    if (installation?.kind === 'reachable')
      log.info({ endpointId }, 'a linked user can be reached now')
    if (installation?.kind === 'not_yet') {
      log.warn({ endpointId, problem: installation.problem }, 'a linked user cannot be reached yet')
    }
  },
}
