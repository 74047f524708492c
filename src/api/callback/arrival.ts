import type { StateClaims } from '../../secrets/state.ts'
import type { Refusal } from './outcome.ts'
import type { CallbackQuery } from './query.ts'
import type { Target } from './target.ts'

/** What somebody comes back with: a code to exchange, or a consent to prove. */
export type Arrival = { kind: 'code'; code: string } | { kind: 'consent'; tenantId: string }

/** Reads what the link's own provider and mode lead to; what belongs to another is not looked at. */
export function readArrival(
  { code, tenant, adminConsent }: CallbackQuery,
  { mode }: StateClaims,
  { provider }: Target,
): Arrival | Refusal {
  const { connect } = provider
  if (mode === 'link_user' || connect?.kind !== 'admin_consent') {
    return code ? { kind: 'code', code } : { kind: 'code_missing' }
  }
  if (tenant === null || !connect.isTenantId(tenant)) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'tenant' }
  }
  if (!adminConsent) {
    return { kind: 'consent_missing', provider: provider.name, parameter: 'admin_consent' }
  }
  return { kind: 'consent', tenantId: tenant.toLowerCase() }
}
