import { PROVE_CONSENT, REFRESH_TOKENS } from '../../store/jobs/pending.ts'
import { holdJob } from '../job.ts'
import { findConnectedApp } from './connected-app.ts'
import { proveConsent } from './consent.ts'
import { type RefreshDeps, refreshTokens } from './refresh.ts'

/** What came of the attempt to prove that a connection works. */
export type VerifyResult =
  /** It has new tokens, or a consent that is proven. */
  | { kind: 'refreshed' }
  /** Its tokens do not expire. */
  | { kind: 'not_rotating' }
  /** Somebody else is at it, perhaps in another process. */
  | { kind: 'in_progress' }
  | { kind: 'refused'; provider: string; error: string }
  | { kind: 'not_consented'; provider: string; problem: string }
  | { kind: 'unavailable'; provider: string }

/**
 * Proves that a connection works: refreshes its tokens now, or asks for a proof of its
 * administrator's consent. It does what the job of the connection does, and under the same lease.
 */
export async function verifyCredentials(
  deps: RefreshDeps,
  connectionId: string,
): Promise<VerifyResult> {
  const holder = await deps.store.connectionTokens.read(connectionId)
  const connected = holder && (await findConnectedApp(deps, holder))
  if (connected?.connect.kind === 'admin_consent') {
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
