import type { Deps } from '../../deps.ts'
import type { Endpoint } from '../../store/endpoints/endpoints.ts'
import type { AttemptName, LinkAttempt } from '../../store/links/link-attempts.ts'
import { commit } from '../commit.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import { endpointEvent } from '../endpoints/event.ts'
import { outcomeOf } from './attempt.ts'
import type { KnownLink } from './known-link.ts'

/** How long a user can undo what was just linked. */
export const UNDO_LIFETIME_MS = 10 * 60_000

/** Why an attempt cannot be undone: too late, or something else was stored since. */
export type NotUndoable = { kind: 'not_undoable' }

/** It has been undone before. */
type Undone = { kind: 'undone' }

/** What an attempt has stored, if it is still that. */
type Undoable = { kind: 'undoable'; attempt: LinkAttempt; endpoint: Endpoint }

/**
 * Finds what an attempt has stored, as long as it can be undone: for 10 minutes, and only if nobody
 * has changed it since.
 */
export async function findUndoable(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  link: KnownLink,
  name: AttemptName,
): Promise<Undoable | NotUndoable | Undone> {
  const attempt = await store.linkAttempts.find(name)
  const outcome = outcomeOf(attempt, link)
  if (outcome?.kind === 'undone') return outcome
  if (attempt === null || outcome?.kind !== 'linked') return { kind: 'not_undoable' }
  const { endpoint: linked } = outcome
  if (!linked?.isNew || clock() - linked.linkedAtMs > UNDO_LIFETIME_MS) {
    return { kind: 'not_undoable' }
  }
  const endpoint = await store.endpoints.find(link.claims.environmentId, linked.identifier)
  const isStillThat =
    endpoint !== null &&
    endpoint.updatedAtMs === linked.linkedAtMs &&
    endpoint.subscriberId === link.claims.subscriberId
  if (isStillThat) return { kind: 'undoable', attempt, endpoint }
  // Another request may have undone it between the two reads.
  const now = outcomeOf(await store.linkAttempts.find(name), link)
  return now?.kind === 'undone' ? now : { kind: 'not_undoable' }
}

/**
 * Removes exactly what an attempt has stored. The link stays used. A connection that was created for
 * the workspace stays too, as others may be linked through it.
 */
export const undoAttempt = (
  deps: Deps,
  actor: Actor,
  link: KnownLink,
  name: AttemptName,
): Promise<Decision<null, NotUndoable | Undone>> =>
  commit(deps, actor, async () => {
    const found = await findUndoable(deps, link, name)
    if (found.kind !== 'undoable') return found
    const { store } = deps
    const { attempt, endpoint } = found
    return accept(null, {
      expects: [store.endpoints.expectValue(endpoint)],
      writes: [
        store.endpoints.delete(endpoint.id),
        ...store.linkAttempts.replaceOutcome(attempt, { kind: 'undone' }),
      ],
      events: [endpointEvent('endpoint.deleted', endpoint, 'undone', link.linkId)],
    })
  })
