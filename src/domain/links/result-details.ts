import type { Deps } from '../../deps.ts'
import { createFormToken } from './form-token.ts'
import { type InstallSides, installSidesOf } from './install-sides.ts'
import type { KnownLink } from './known-link.ts'
import type { CallbackResult, LinkOutcome, ProviderAnswer } from './outcome.ts'
import { type BothSides, sidesOf, sidesOfLinked } from './sides.ts'
import { findUndoable } from './undo.ts'
import { findUnlinkable } from './unlink-other.ts'

/** An attempt, for the browser that made it. */
export type OwnAttempt = {
  state: string
  attemptId: string
  link: KnownLink
  /** What the provider answered, if this request has asked, or stored it; null otherwise. */
  answer: ProviderAnswer | null
}

/** What the result page shows besides the outcome, to the browser of the attempt alone. */
export type ResultDetails = {
  sides: BothSides | null
  /** Of an installation that was just stored: what was connected, and for whom. */
  install: InstallSides | null
  /** The token of the form by which the user undoes the link; null if it cannot be undone. */
  undoToken: string | null
  /** The token of the form by which the user is unlinked from the other account; null: they cannot. */
  unlinkToken: string | null
}

const NONE: ResultDetails = { sides: null, install: null, undoToken: null, unlinkToken: null }

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
  if (result.kind === 'connected') return { ...NONE, install: installOf(attempt) }
  if (result.kind !== 'linked') return NONE
  const undoable = await findUndoable(deps, link, name)
  const undoToken =
    undoable.kind === 'undoable' ? createFormToken(deps, 'undo', { state, attemptId }) : null
  return { ...NONE, sides: await sidesOfResult(deps, attempt, result), undoToken }
}

/** A tenant at Microsoft has no name here, and its id says nothing to the user. */
function installOf({ link, answer }: OwnAttempt): InstallSides | null {
  if (answer?.kind === 'webhook') return installSidesOf(link, answer)
  if (answer?.kind !== 'installation' || answer.installation.workspace.name === null) return null
  return installSidesOf(link, answer)
}

async function sidesOfResult(
  deps: Deps,
  { link, answer }: OwnAttempt,
  { endpoint: linked }: Extract<LinkOutcome, { kind: 'linked' }>,
): Promise<BothSides | null> {
  if (answer?.kind === 'user') return sidesOf(deps, link, answer.identity)
  if (linked === undefined) return null
  const endpoint = await deps.store.endpoints.find(link.claims.environmentId, linked.identifier)
  return endpoint === null || endpoint.updatedAtMs !== linked.linkedAtMs
    ? null
    : sidesOfLinked(deps, link, endpoint)
}
