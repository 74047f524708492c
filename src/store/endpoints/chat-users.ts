import { and, asc, eq, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/client.ts'
import { channelEndpoints } from '../schema/channels.ts'
import { expectation } from '../writer/expectations.ts'
import type { Write } from '../writer/writes.ts'
import type { EndpointRow } from './endpoints.ts'

/** A subscriber who is to be linked to a chat user. */
export type ChatUserClaim = {
  integrationId: string
  contextKeys: readonly string[]
  subscriberId: string
  chatUserId: string
  /**
   * The workspace of the chat user under each of its ids, as a workspace of Enterprise Grid and its
   * organisation have the same users; empty if it is unknown.
   */
  workspaceIds: readonly string[]
  /** A connection has one workspace, so an endpoint in the same one is of the same workspace. */
  connectionIdentifier: string | null
}

/** An endpoint of a chat user who is linked to several subscribers. */
export type SharedChatUser = Pick<
  EndpointRow,
  | 'identifier'
  | 'integrationId'
  | 'workspaceId'
  | 'chatUserId'
  | 'contextKeys'
  | 'subscriberId'
  | 'connectionIdentifier'
>

export type ChatUsers = {
  /**
   * The endpoint by which another subscriber is linked to the chat user in the same contexts. Null
   * if there is none, or if this subscriber is linked to them already: only a database of an older
   * version has both, and there everyone may link again.
   */
  findOther(claim: ChatUserClaim): Promise<EndpointRow | null>
  /** Fails the commit if `findOther` would find one. */
  expectNoOther(claim: ChatUserClaim): Write
  /**
   * The endpoints of chat users who are linked to several subscribers of the same contexts, which
   * older versions allowed; those of one chat user in a row. In whatever workspaces they are: a
   * workspace of an organisation and the organisation itself have the same users.
   */
  shared(environmentId: string, limit: number): Promise<readonly SharedChatUser[]>
}

export function createChatUsers(database: Database): ChatUsers {
  const { integrationId, contextKeys, subscriberId, chatUserId, workspaceId, workspaceAlias } =
    channelEndpoints

  const isSame = (claim: ChatUserClaim): SQL | undefined =>
    and(
      eq(integrationId, claim.integrationId),
      eq(chatUserId, claim.chatUserId),
      eq(contextKeys, claim.contextKeys),
      or(
        claim.workspaceIds.length === 0
          ? isNull(workspaceId)
          : or(
              inArray(workspaceId, [...claim.workspaceIds]),
              inArray(workspaceAlias, [...claim.workspaceIds]),
            ),
        claim.connectionIdentifier === null
          ? undefined
          : eq(channelEndpoints.connectionIdentifier, claim.connectionIdentifier),
      ),
    )
  const others = (claim: ChatUserClaim) =>
    database
      .select()
      .from(channelEndpoints)
      .where(and(isSame(claim), ne(subscriberId, claim.subscriberId)))
  const own = (claim: ChatUserClaim) =>
    database
      .select()
      .from(channelEndpoints)
      .where(and(isSame(claim), eq(subscriberId, claim.subscriberId)))

  return {
    findOther: async (claim) => {
      const other = await others(claim).orderBy(asc(channelEndpoints.id)).limit(1).get()
      if (other === undefined) return null
      return (await own(claim).limit(1).get()) === undefined ? other : null
    },
    expectNoOther: (claim) =>
      expectation(database, sql`not exists ${others(claim)} or exists ${own(claim)}`, [
        channelEndpoints,
      ]),
    shared: (environmentId, limit) => {
      const key = [integrationId, chatUserId, contextKeys]
      const several = database
        .select({ key: sql`json_array(${sql.join(key, sql`, `)})` })
        .from(channelEndpoints)
        .where(and(eq(channelEndpoints.environmentId, environmentId), isNotNull(chatUserId)))
        .groupBy(...key)
        .having(sql`count(distinct ${subscriberId}) > 1`)
      return database
        .select()
        .from(channelEndpoints)
        .where(
          and(
            eq(channelEndpoints.environmentId, environmentId),
            isNotNull(chatUserId),
            inArray(sql`json_array(${sql.join(key, sql`, `)})`, several),
          ),
        )
        .orderBy(...key.map((column) => asc(column)), asc(workspaceId), asc(channelEndpoints.id))
        .limit(limit)
    },
  }
}
