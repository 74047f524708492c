import { PROVE_CONSENT, REFRESH_TOKENS } from '../../store/jobs/pending.ts'
import { holdJob } from '../job.ts'
import { findConnectedApp } from './connected-app.ts'
import { proveConsent } from './consent.ts'
import { type RefreshDeps, refreshTokens } from './refresh.ts'

/** The result of verifying a connection's credentials. */
export type VerifyResult =
  /** Its tokens were refreshed, or its consent is proven. */
  | { kind: 'refreshed' }
  /** Its tokens do not expire. */
  | { kind: 'not_rotating' }
  /** Another worker is doing this now, perhaps in another process. */
  | { kind: 'in_progress' }
  | { kind: 'refused'; provider: string; error: string }
  | { kind: 'not_consented'; provider: string; problem: string }
  | { kind: 'unavailable'; provider: string }

/**
 * Verifies that a connection works: refreshes its tokens now, or checks its administrator's
 * consent. It does the same as the connection's background job, and under the same lease.
 */
export async function verifyCredentials(
  deps: RefreshDeps,
  connectionId: string,
): Promise<VerifyResult> {
  const holder = await deps.store.connectionTokens.read(connectionId)
  const connected = holder && (await findConnectedApp(deps, holder))
  if (connected?.connect.kind === 'admin_consent') {
    if (holder?.adminProblem) {
      const { provider } = connected
      return { kind: 'not_consented', provider, problem: holder.adminProblem }
    }
    const held = await holdJob(deps, { kind: PROVE_CONSENT, subject: connectionId })
    if (held === null) return { kind: 'in_progress' }
    const asked = await proveConsent(deps, held, 'now')
    if (asked.kind === 'not_consented' || asked.kind === 'in_progress') return asked
    return { kind: asked.kind === 'proven' ? 'refreshed' : 'not_rotating' }
  }
  if (connected?.connect.kind === 'code' && holder?.auth.refreshToken !== undefined) {
    const held = await holdJob(deps, { kind: REFRESH_TOKENS, subject: connectionId })
    return held === null ? { kind: 'in_progress' } : refreshTokens(deps, held, 'now')
  }
  return { kind: 'not_rotating' }
}
