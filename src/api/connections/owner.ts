import * as owners from '../../domain/connections/owner.ts'
import { type ApiError, badRequest } from '../../http/api-error.ts'

/** Novu's words for a connection that would belong to nobody. */
export function ownerError(refusal: owners.OwnerRefusal): ApiError {
  switch (refusal.kind) {
    case 'context_required':
      return badRequest(refusal.kind, 'context is required when connectionMode is "shared"')
    case 'subscriber_required':
      return badRequest(
        refusal.kind,
        'subscriberId is required when connectionMode is "subscriber"',
      )
    case 'owner_required':
      return badRequest(refusal.kind, 'Either subscriberId or context must be provided')
  }
}

/** Until all operations are decisions of the domain. Throws 400. */
export function refuseUnowned(request: owners.OwnerRequest): void {
  const refusal = owners.refuseUnowned(request)
  if (refusal !== null) throw ownerError(refusal)
}
