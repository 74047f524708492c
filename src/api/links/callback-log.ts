import { isFailure, providerError, reasonLabel, reasonOf } from '../../domain/links/explanations.ts'
import type { KnownLink } from '../../domain/links/known-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import type { LogFields } from '../../observe/log.ts'

/** A callback as it is logged and counted. Metric labels have few, known values; the log has more. */
export type ToldCallback = {
  level: 'info' | 'warn'
  provider: string
  outcome: string
  reason: string
  fields: LogFields
}

/** Outcomes that an operator can do something about. */
const WARNINGS: ReadonlySet<CallbackResult['kind']> = new Set([
  'provider_unavailable',
  'code_refused',
  'credentials_missing',
  'provider_not_supported',
  'issuer_mismatch',
])

/** Describes a callback for the log and the metrics: its link, its outcome, and the reason. */
export function tellOf(result: CallbackResult, link: KnownLink | null): ToldCallback {
  const provider = link?.provider
  const failure = isFailure(result) ? result : null
  const said = failure && providerError(failure, provider)
  const remark = result.kind === 'connected' ? result.remark : undefined
  return {
    level: WARNINGS.has(result.kind) ? 'warn' : 'info',
    provider: provider?.id ?? 'none',
    outcome: result.kind,
    reason: failure === null ? (remark ?? '') : reasonLabel(failure, provider),
    fields: {
      outcome: result.kind,
      ...(link && {
        linkId: link.linkId,
        provider: link.integration?.providerId ?? null,
        integration: link.integration?.identifier ?? null,
        environmentId: link.claims.environmentId,
        subscriberId: link.claims.subscriberId,
      }),
      ...(failure && { reason: reasonOf(failure) }),
      ...(remark !== undefined && { reason: remark }),
      ...(said && { providerError: said }),
      ...(result.kind === 'state_invalid' && { problem: result.reason }),
    },
  }
}
