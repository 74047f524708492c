import { and, asc, eq, notExists, notInArray, type SQL } from 'drizzle-orm'
import { type Connection, toConnection } from '../connections/connection-rows.ts'
import type { Database } from '../database/client.ts'
import type { Endpoint } from '../endpoints/endpoints.ts'
import { channelConnections, channelEndpoints } from '../schema/channels.ts'
import { integrations, subscribers } from '../schema/core.ts'
import { expectation } from '../writer/expectations.ts'
import { toWrite, type Write } from '../writer/writes.ts'
import type { Subscriber } from './subscribers.ts'

type OfIntegration<Row> = Row & { integrationIdentifier: string; providerId: string }

/** The rows about one subscriber; their history is in the events. */
export type PersonRows = {
  /** Null if the subscriber was deleted, which leaves their connections and events. */
  subscriber: Subscriber | null
  /** Oldest first. */
  endpoints: readonly OfIntegration<Omit<Endpoint, 'secret'>>[]
  /** The subscriber's own connections, oldest first. Their tokens stay sealed. */
  connections: readonly OfIntegration<Connection>[]
}

export type PersonalData = {
  read(environmentId: string, subscriberId: string): Promise<PersonRows>
  /** Fails the commit if the subscriber has any other connection. */
  expectNoConnectionsBut(
    environmentId: string,
    subscriberId: string,
    connections: readonly Pick<Connection, 'id'>[],
  ): Write
  /** Deletes the subscriber, if present, and their endpoints. */
  deleteSubscriber(environmentId: string, subscriberId: string): Write
}

export function createPersonalData(database: Database): PersonalData {
  const isSubscriber = (environmentId: string, subscriberId: string): SQL | undefined =>
    and(eq(subscribers.environmentId, environmentId), eq(subscribers.subscriberId, subscriberId))
  const owns = (environmentId: string, subscriberId: string): SQL | undefined =>
    and(
      eq(channelConnections.environmentId, environmentId),
      eq(channelConnections.subscriberId, subscriberId),
    )

  return {
    read: async (environmentId, subscriberId) => {
      const integration = {
        integrationIdentifier: integrations.identifier,
        providerId: integrations.providerId,
      }
      const [[subscriber = null], endpoints, connections] = await Promise.all([
        database.select().from(subscribers).where(isSubscriber(environmentId, subscriberId)),
        database
          .select({ row: channelEndpoints, integration })
          .from(channelEndpoints)
          .innerJoin(integrations, eq(integrations.id, channelEndpoints.integrationId))
          .where(
            and(
              eq(channelEndpoints.environmentId, environmentId),
              eq(channelEndpoints.subscriberId, subscriberId),
            ),
          )
          .orderBy(asc(channelEndpoints.createdAtMs), asc(channelEndpoints.id)),
        database
          .select({ row: channelConnections, integration })
          .from(channelConnections)
          .innerJoin(integrations, eq(integrations.id, channelConnections.integrationId))
          .where(owns(environmentId, subscriberId))
          .orderBy(asc(channelConnections.createdAtMs), asc(channelConnections.id)),
      ])
      return {
        subscriber,
        endpoints: endpoints.map(({ row, integration: its }) => ({ ...row, ...its })),
        connections: connections.map(({ row, integration: its }) => ({
          ...toConnection(row),
          ...its,
        })),
      }
    },
    expectNoConnectionsBut: (environmentId, subscriberId, connections) => {
      const ids = connections.map(({ id }) => id)
      const others = database
        .select({ id: channelConnections.id })
        .from(channelConnections)
        .where(and(owns(environmentId, subscriberId), notInArray(channelConnections.id, ids)))
      return expectation(database, notExists(others), [channelConnections])
    },
    deleteSubscriber: (environmentId, subscriberId) =>
      toWrite(database.delete(subscribers).where(isSubscriber(environmentId, subscriberId))),
  }
}
