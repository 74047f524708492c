import type { Deps } from '../../deps.ts'
import type { Identity } from '../../providers/provider.ts'
import { createFormToken } from './form-token.ts'
import type { KnownLink } from './known-link.ts'
import type { CallbackResult, LinkOutcome } from './outcome.ts'
import { type BothSides, sidesOf, sidesOfLinked } from './sides.ts'
import { findUndoable } from './undo.ts'
import { findUnlinkable } from './unlink-other.ts'

/** An attempt, for the browser that made it. */
export type OwnAttempt = {
  state: string
  attemptId: string
  link: KnownLink
  /** Who the provider says the user is, if this request has asked; null otherwise. */
  identity: Identity | null
}

/** What the result page shows besides the outcome, to the browser of the attempt alone. */
export type ResultDetails = {
  sides: BothSides | null
  /** The token of the form by which the user undoes the link; null if it cannot be undone. */
  undoToken: string | null
  /** The token of the form by which the user is unlinked from the other account; null: they cannot. */
  unlinkToken: string | null
}

const NONE: ResultDetails = { sides: null, undoToken: null, unlinkToken: null }

/** Finds the details of a result. There are none for most of them. */
export async function findDetails(
  deps: Deps,
  attempt: OwnAttempt,
  result: CallbackResult,
): Promise<ResultDetails> {
  const { state, attemptId, link } = attempt
  const name = { jti: link.claims.jti, attemptId }
  if (result.kind === 'linked_to_another_subscriber') {
    const found = await findUnlinkable(deps, link, name)
    if (found.kind !== 'unlinkable') return NONE
    return { ...NONE, unlinkToken: createFormToken(deps, 'unlink_other', { state, attemptId }) }
  }
  if (result.kind !== 'linked') return NONE
  const undoable = await findUndoable(deps, link, name)
  const undoToken =
    undoable.kind === 'undoable' ? createFormToken(deps, 'undo', { state, attemptId }) : null
  return { ...NONE, sides: await sidesOfResult(deps, attempt, result), undoToken }
}

async function sidesOfResult(
  deps: Deps,
  { link, identity }: OwnAttempt,
  { endpoint: linked }: Extract<LinkOutcome, { kind: 'linked' }>,
): Promise<BothSides | null> {
  if (identity !== null) return sidesOf(deps, link, identity)
  if (linked === undefined) return null
  const endpoint = await deps.store.endpoints.find(link.claims.environmentId, linked.identifier)
  return endpoint === null || endpoint.updatedAtMs !== linked.linkedAtMs
    ? null
    : sidesOfLinked(deps, link, endpoint)
}
