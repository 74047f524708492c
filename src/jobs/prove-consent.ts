import { proveConsent } from '../domain/connections/consent.ts'
import { PROVE_CONSENT } from '../store/jobs/pending.ts'
import type { JobKind } from './kind.ts'

/** Checks again whether the administrator's consent for a connection has taken effect. */
export const proveConsentJob: JobKind = {
  kind: PROVE_CONSENT,
  run: async ({ log, ...deps }, held) => {
    const outcome = await proveConsent({ ...deps, log }, held, 'due')
    if (outcome.kind !== 'not_consented') return
    const { problem, gaveUp } = outcome
    const message = gaveUp
      ? 'an administrator’s consent was not confirmed within 7 days, and is no longer checked'
      : 'an administrator’s consent is not confirmed yet'
    log.warn({ connectionId: held.subject, problem }, message)
  },
}
