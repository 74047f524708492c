import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import type { ConsentProof } from '../../providers/provider.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import { accept, type Decision } from '../decision.ts'
import { retryDelayMs } from '../retry-delay.ts'
import type { SubscriberNotFound } from '../subscribers/require.ts'
import { findConnectedApp } from './connected-app.ts'
import {
  type ConnectionNotFound,
  type OwnerHasConnection,
  ownerHasConnection,
} from './connections.ts'
import { connectionEvent } from './event.ts'
import { takeOverOwn } from './move-endpoints.ts'

/** What an operator approves, so that what is stored cannot be exchanged for something else meanwhile. */
export const Approval = Type.Object(
  {
    workspaceId: Type.String({
      minLength: 1,
      description: 'The tenant, which must be the one that the connection has.',
      examples: ['11111111-aaaa-4aaa-8aaa-111111111111'],
    }),
  },
  { additionalProperties: true, title: 'ApproveChannelConnectionRequestDto' },
)
export type Approval = Static<typeof Approval>

export type ApprovalRefused =
  | ConnectionNotFound
  | SubscriberNotFound
  | OwnerHasConnection
  /** It does not wait for approval. */
  | { kind: 'nothing_to_approve'; identifier: string }
  | { kind: 'other_workspace_approved'; identifier: string; workspaceId: string }

type ApproveDeps = Pick<Deps, 'store' | 'providers' | 'random' | 'clock'>

/** Asks the provider whether the consent of a connection is in effect. Null if it cannot be asked. */
export async function checkConsent(
  deps: ApproveDeps,
  environmentId: string,
  identifier: string,
): Promise<ConsentProof | null> {
  const found = await deps.store.connections.findWithAuth(environmentId, identifier)
  const holder = found && (await deps.store.connectionTokens.read(found.connection.id))
  const connected = holder && (await findConnectedApp(deps, holder))
  if (!holder || connected?.connect.kind !== 'admin_consent') return null
  return connected.connect.prove(connected.app, holder.workspaceId)
}

/**
 * Approves a connection of somebody who has not proven to be an administrator: it belongs to its owner
 * from now on. `consent`: whether its permissions have taken effect, as the provider just said.
 */
export async function approveConnection(
  deps: ApproveDeps,
  environmentId: string,
  { identifier, workspaceId }: Approval & { identifier: string },
  consent: ConsentProof | null,
): Promise<Decision<ConnectionWithAuth, ApprovalRefused>> {
  const { store, clock } = deps
  const found = await store.connections.findWithAuth(environmentId, identifier)
  if (found === null) return { kind: 'connection_not_found', identifier }
  const { connection: waiting, integration } = found
  if (waiting.adminProblem === null) return { kind: 'nothing_to_approve', identifier }
  if (waiting.workspaceId.toLowerCase() !== workspaceId.toLowerCase()) {
    return { kind: 'other_workspace_approved', identifier, workspaceId: waiting.workspaceId }
  }
  const { subscriberId } = waiting
  const subscriber =
    subscriberId === null ? null : await store.subscribers.find(environmentId, subscriberId)
  if (subscriberId !== null && subscriber === null) {
    return { kind: 'subscriber_not_found', subscriberId }
  }
  const existing = await store.connections.findByOwner(waiting.integrationId, waiting)
  if (existing !== null) return ownerHasConnection(integration, existing)
  const nowMs = clock()
  const connection = { ...waiting, adminProblem: null, updatedAtMs: nowMs }
  const pending =
    consent?.kind === 'not_yet'
      ? { problem: consent.problem, nextAttemptAtMs: nowMs + retryDelayMs(0) }
      : null
  const taken = await takeOverOwn(deps, connection, {
    reason: 'connection_installed',
    linkId: null,
  })
  return accept(
    {
      ...found,
      connection,
      pending: pending && { ...pending, attempts: 1, gaveUpAtMs: null },
    },
    {
      expects: [
        store.connectionApprovals.expect(waiting),
        store.connections.expectSame(waiting),
        ...(subscriber === null ? [] : [store.subscribers.expectPresent(subscriber.id)]),
        ...taken.expects,
      ],
      writes: [...store.connectionApprovals.approve(connection, pending), ...taken.writes],
      events: [connectionEvent('connection.approved', connection), ...taken.events],
    },
  )
}
