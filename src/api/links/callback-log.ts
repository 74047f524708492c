import { isSuccess, providerError, reasonLabel, reasonOf } from '../../domain/links/explanations.ts'
import type { KnownLink } from '../../domain/links/known-link.ts'
import type { CallbackResult } from '../../domain/links/outcome.ts'
import type { LogFields } from '../../observe/log.ts'

/** What the log and the metrics hear of a callback. Labels are few and known; the log names more. */
export type ToldCallback = {
  level: 'info' | 'warn'
  provider: string
  outcome: string
  reason: string
  fields: LogFields
}

/** What an operator can do something about. */
const WARNINGS: ReadonlySet<CallbackResult['kind']> = new Set([
  'provider_unavailable',
  'code_refused',
  'credentials_missing',
  'provider_not_supported',
  'issuer_mismatch',
])

/** What is told of a callback: which link, what became of it, and why. */
export function tellOf(result: CallbackResult, link: KnownLink | null): ToldCallback {
  const provider = link?.provider
  const failure = isSuccess(result) ? null : result
  const said = failure && providerError(failure, provider)
  return {
    level: WARNINGS.has(result.kind) ? 'warn' : 'info',
    provider: provider?.id ?? 'none',
    outcome: result.kind,
    reason: failure === null ? '' : reasonLabel(failure, provider),
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
      ...(said && { providerError: said }),
      ...(result.kind === 'state_invalid' && { problem: result.reason }),
    },
  }
}
