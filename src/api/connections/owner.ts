import type { OwnerRefusal } from '../../domain/connections/owner.ts'
import { type ApiError, badRequest } from '../../http/api-error.ts'

/** Novu's errors for a connection without an owner. */
export function ownerError(refusal: OwnerRefusal): ApiError {
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
