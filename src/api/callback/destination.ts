import type { Deps } from '../../deps.ts'
import type { CallbackResult } from './outcome.ts'
import type { ReadQuery } from './query.ts'

/** Where the end of a link is told, beside a page: what the integration says, and nothing else. */
export type Destination = { redirectUrl: string | null; openerOrigin: string | null }

const NOWHERE: Destination = { redirectUrl: null, openerOrigin: null }

/**
 * By the state, which need not be fresh but must be ours: also for a user who cancelled, or who
 * comes too late.
 */
export async function destinationOf(deps: Deps, query: ReadQuery): Promise<Destination> {
  if ('repeated' in query || !query.state) return NOWHERE
  const verified = await deps.states.verify(query.state, deps.clock())
  if (verified.kind === 'refused') return NOWHERE
  const { environmentId, integrationId } = verified.claims
  const integration = await deps.store.integrations.findById(environmentId, integrationId)
  const text = (name: string): string | null => {
    const value = integration?.credentials[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return { redirectUrl: text('redirectUrl'), openerOrigin: text('openerOrigin') }
}

export type Ending = { status: 'linked' | 'connected' | 'error'; error?: string }

export const endingOf = ({ kind }: CallbackResult): Ending['status'] =>
  kind === 'linked' || kind === 'connected' ? kind : 'error'

/** By text: the operator's address stays as it is, byte for byte. */
export function withEnding(redirectUrl: string, ending: Ending): string {
  return `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}${new URLSearchParams(ending)}`
}
