import type { Deps } from '../../../src/deps.ts'
import type { Endpoint } from '../../../src/store/endpoints/endpoints.ts'
import type { Write } from '../../../src/store/writer/writes.ts'

/** The writes that store a linked user, who may be one that no rule would let in. */
export function linkedEndpoint(
  { store, random, clock }: Pick<Deps, 'store' | 'random' | 'clock'>,
  row: Partial<Endpoint> &
    Pick<Endpoint, 'environmentId' | 'integrationId' | 'subscriberId' | 'chatUserId'>,
): readonly Write[] {
  const nowMs = clock()
  return store.endpoints.link({
    id: random.recordId(nowMs),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    identifier: `chendp_${random.identifier()}`,
    connectionIdentifier: `chconn_${random.identifier()}`,
    contextKeys: [],
    type: 'slack_user',
    endpoint: { userId: row.chatUserId },
    workspaceId: 'T1',
    workspaceAlias: null,
    verification: 'none',
    verifiedAtMs: null,
    ...row,
  })
}
