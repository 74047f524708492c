import type { PresentedEvent } from '../../../src/domain/events/present.ts'
import { freshRow } from '../../../src/store/fresh-row.ts'
import { SANDBOX } from '../../harness/sandbox.ts'
import type { TestService } from '../../harness/service.ts'

type Answered = Promise<Record<string, string>>

/** Rows that are deleted and moved together, and what the events say of it. */
export type RelatedRows = {
  environmentId: string
  /** What has happened since the last time. */
  news(): Promise<PresentedEvent[]>
  /** Answers the id of the integration. */
  addIntegration(identifier: string): Promise<string>
  addSubscriber(subscriberId: string): Answered
  addConnection(identifier: string, integrationIdentifier: string, owner: object): Answered
  addEndpoint(identifier: string, integrationIdentifier: string, more: object): Answered
  /** Many endpoints at once, each in a context of its own. */
  addEndpoints(
    count: number,
    owner: { integrationId: string; connectionIdentifier: string },
  ): Promise<void>
  remove(path: string): Promise<void>
}

export const told = (events: readonly PresentedEvent[]): unknown[][] =>
  events.map(({ type, subject, reason }) => [type, subject, reason])

export async function createRelatedRows(service: TestService): Promise<RelatedRows> {
  const { deps } = service
  const environmentId = String((await deps.store.environments.first())?.id)
  let after = 'evt_0'
  const post = async (path: string, body: object): Answered => {
    const { status, text, body: answered } = await service.api('POST', path, body)
    if (status !== 201) throw new Error(text)
    return answered as Record<string, string>
  }
  return {
    environmentId,
    news: async () => {
      const found: PresentedEvent[] = []
      for (;;) {
        const { body } = await service.api('GET', `/v1/events?limit=100&after=${after}`)
        const { data, next } = body as { data: PresentedEvent[]; next: string }
        after = next
        found.push(...data)
        if (data.length < 100) return found
      }
    },
    addIntegration: async (identifier) => {
      const { clientId, clientSecret } = SANDBOX
      const made = await post('/v1/integrations', {
        identifier,
        providerId: 'slack',
        channel: 'chat',
        credentials: { clientId, secretKey: clientSecret },
      })
      return String(made['_id'])
    },
    addSubscriber: (subscriberId) => post('/v2/subscribers', { subscriberId }),
    addConnection: (identifier, integrationIdentifier, owner) =>
      post('/v1/channel-connections', {
        identifier,
        integrationIdentifier,
        workspace: { id: 'T0ACME0001', name: 'Acme' },
        auth: { accessToken: `xoxb-${identifier}` },
        ...owner,
      }),
    addEndpoint: (identifier, integrationIdentifier, more) =>
      post('/v1/channel-endpoints', {
        identifier,
        integrationIdentifier,
        subscriberId: SANDBOX.subscriberId,
        type: 'slack_user',
        endpoint: { userId: 'U0ADA00001' },
        ...more,
      }),
    addEndpoints: async (count, { integrationId, connectionIdentifier }) => {
      const rows = Array.from({ length: count }, (_, index) =>
        deps.store.endpoints.insert({
          ...freshRow(deps, environmentId),
          integrationId,
          identifier: `${connectionIdentifier}-${index}`,
          connectionIdentifier,
          subscriberId: SANDBOX.subscriberId,
          contextKeys: [`n:${index}`],
          type: 'slack_user',
          kind: 'person',
          endpoint: { userId: 'U0ADA00001' },
          workspaceId: null,
          workspaceAlias: null,
          chatUserId: 'U0ADA00001',
          verification: 'none',
          verifiedAtMs: null,
          secret: null,
        }),
      )
      await deps.store.commit(rows)
    },
    remove: async (path) => {
      const { status, text } = await service.api('DELETE', path)
      if (status !== 200 && status !== 204) throw new Error(text)
    },
  }
}
