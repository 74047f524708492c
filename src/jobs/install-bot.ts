import { retryBotInstallation } from '../domain/endpoints/bot-installation.ts'
import { INSTALL_BOT } from '../store/jobs/pending.ts'
import type { JobKind } from './kind.ts'

/** Retries the installation of the bot in a linked user's chat. */
export const installBotJob: JobKind = {
  kind: INSTALL_BOT,
  run: async (deps, held) => {
    const { log } = deps
    const installation = await retryBotInstallation(deps, held)
    const endpointId = held.subject
    if (installation?.kind === 'reachable')
      log.info({ endpointId }, 'the bot was installed for a linked user')
    if (installation?.kind === 'not_yet') {
      log.warn(
        { endpointId, problem: installation.problem },
        'the bot cannot be installed for a linked user yet',
      )
    }
  },
}
