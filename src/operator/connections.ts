import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import {
  Approval,
  type ApprovalRefused,
  approveConnection,
  checkConsent,
} from '../domain/connections/approve.ts'
import { commandActor, defineAction, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const APPROVE = 'connections.approve'

/** Approves a connection of somebody who has not proven to be an administrator. */
export const approveConnectionAction = defineAction({
  name: APPROVE,
  input: Type.Object({
    environmentId: Type.Union([Type.String(), Type.Null()]),
    identifier: Type.String({ minLength: 1 }),
    workspaceId: Approval.properties.workspaceId,
  }),
  output: Type.Object({
    identifier: Type.String(),
    workspaceId: Type.String(),
    subscriberId: Type.Union([Type.String(), Type.Null()]),
    /** Why the consent is not in effect yet; null if it is. */
    problem: Type.Union([Type.String(), Type.Null()]),
  }),
  run: async (context, { environmentId, ...approval }) => {
    const { id } = await requireEnvironment(context, environmentId)
    const consent = await checkConsent(context, id, approval.identifier)
    const decided = await commit(context, commandActor(APPROVE), () =>
      approveConnection(context, id, approval, consent),
    )
    if (decided.kind !== 'accepted') throw new UsageError(explain(decided))
    const { connection, pending } = decided.value
    const { identifier, workspaceId, subscriberId } = connection
    return { identifier, workspaceId, subscriberId, problem: pending?.problem ?? null }
  },
})

function explain(refusal: ApprovalRefused): string {
  switch (refusal.kind) {
    case 'connection_not_found':
      return `No such connection: ${refusal.identifier}`
    case 'nothing_to_approve':
      return `Connection ${refusal.identifier} does not wait for approval.`
    case 'other_workspace_approved':
      return `Connection ${refusal.identifier} is for the workspace ${refusal.workspaceId}. If that is what you want to approve, name it with --workspace.`
    case 'subscriber_not_found':
      return `Its subscriber was deleted: ${refusal.subscriberId}`
    case 'connection_of_owner_exists':
      return `Its subscriber and context have a connection already: ${refusal.existing.identifier}. Delete that one first.`
  }
}
