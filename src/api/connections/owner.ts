import { badRequest } from '../../http/api-error.ts'

type Owned = {
  connectionMode?: 'subscriber' | 'shared'
  subscriberId?: string
  context?: unknown
}

/** novu-behaviour §2.3: a connection is for a subscriber, or shared by those of a context. Throws 400. */
export function refuseUnowned({ connectionMode, subscriberId, context }: Owned): void {
  if (connectionMode === 'shared' && context === undefined) {
    const message = 'context is required when connectionMode is "shared"'
    throw badRequest('context_required', message)
  }
  if (connectionMode === 'subscriber' && !subscriberId) {
    const message = 'subscriberId is required when connectionMode is "subscriber"'
    throw badRequest('subscriber_required', message)
  }
  if (!subscriberId && context === undefined) {
    throw badRequest('owner_required', 'Either subscriberId or context must be provided')
  }
}
