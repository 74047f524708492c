/** The requested owner of a connection. */
export type OwnerRequest = {
  connectionMode?: 'subscriber' | 'shared'
  subscriberId?: string | null
  context?: unknown
}

export type OwnerRefusal =
  | { kind: 'context_required'; for: 'shared_connection' }
  | { kind: 'subscriber_required'; for: 'subscriber_connection' }
  | { kind: 'owner_required' }

/**
 * A connection belongs to a subscriber, or is shared by everyone in a context. Refuses a request
 * that names neither, or not the one that its mode requires; otherwise returns null.
 */
export function refuseMissingOwner({
  connectionMode,
  subscriberId,
  context,
}: OwnerRequest): OwnerRefusal | null {
  if (connectionMode === 'shared' && context === undefined) {
    return { kind: 'context_required', for: 'shared_connection' }
  }
  if (connectionMode === 'subscriber' && !subscriberId) {
    return { kind: 'subscriber_required', for: 'subscriber_connection' }
  }
  return subscriberId || context !== undefined ? null : { kind: 'owner_required' }
}
