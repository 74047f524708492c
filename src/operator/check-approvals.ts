import { type Finding, warning } from '../providers/diagnostics.ts'
import type { OperatorContext } from './action.ts'

/** Enough to begin with; doctor lists the next ones once these are resolved. */
const MAX_LISTED = 20

/** The connections of an integration that an operator has to approve. */
export async function checkApprovals(
  { store }: Pick<OperatorContext, 'store'>,
  integrationId: string,
): Promise<Finding[]> {
  const waiting = await store.connectionApprovals.list(integrationId, MAX_LISTED)
  return waiting.map(({ identifier, workspaceId, subscriberId, adminProblem }) =>
    warning(
      `the connection ${identifier} of ${subscriberId ?? 'a context'} to ${workspaceId} waits for approval: ${adminProblem}`,
      'If you know who asked for it, and that they belong to that workspace: ' +
        `\`latch connections approve ${identifier} --workspace ${workspaceId}\`. Otherwise delete it.`,
    ),
  )
}
