import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import type { StoredEvent } from '../../store/events/read-events.ts'
import type { HeldAttempt } from '../../store/links/held-attempts.ts'
import type { PersonRows } from '../../store/subscribers/personal-data.ts'
import { type CommitDeps, commit } from '../commit.ts'
import { releaseOthers } from '../connections/move-endpoints.ts'
import { type Actor, accept, type Decision } from '../decision.ts'
import {
  connectionDeleted,
  type DependentCounts,
  removeMostDependents,
  removeWith,
} from '../dependents.ts'
import { splitSecrets } from '../endpoints/types.ts'
import { textOrNull } from '../events/define.ts'
import { PresentedEvent, presentEvent } from '../events/present.ts'
import { readHeld } from '../links/held-attempt.ts'
import type { SubscriberNotFound } from './require.ts'

type PersonDeps = Pick<Deps, 'store' | 'random' | 'clock'>

const times = { createdAt: Type.String(), updatedAt: Type.String() }
const Json = Type.Record(Type.String(), Type.Unknown())
const ofIntegration = {
  identifier: Type.String(),
  integrationIdentifier: Type.String(),
  providerId: Type.String(),
  contextKeys: Type.Array(Type.String()),
}

const waiting = { createdAt: Type.String(), expiresAt: Type.String() }

/** Everything stored about a subscriber, except secrets, which belong to the company. */
export const PersonExport = Type.Object({
  subscriberId: Type.String(),
  environmentId: Type.String(),
  exportedAt: Type.String(),
  /** Null if the subscriber was deleted but has events. */
  subscriber: Type.Union([
    Type.Object({ _id: Type.String(), profile: Json, ...times }),
    Type.Null(),
  ]),
  /** Their identities at providers and other endpoints, without webhook URLs. */
  endpoints: Type.Array(
    Type.Object({
      ...ofIntegration,
      connectionIdentifier: textOrNull(),
      type: Type.String(),
      endpoint: Json,
      ...times,
    }),
  ),
  /** Their own connections. Workspaces and tokens are not personal data. */
  connections: Type.Array(Type.Object({ ...ofIntegration, ...times })),
  /** What providers said about them in links that still wait for their confirmation. */
  unconfirmed: Type.Array(Type.Object({ ...waiting, answer: Json })),
  events: Type.Array(PresentedEvent),
})
export type PersonExport = Static<typeof PersonExport>

/**
 * Exports everything stored about a subscriber. Changes made meanwhile may or may not be included.
 */
export async function exportPerson(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  environmentId: string,
  subscriberId: string,
): Promise<{ kind: 'found'; person: PersonExport } | SubscriberNotFound> {
  const rows = await store.personalData.read(environmentId, subscriberId)
  const events = await eventsAbout(store, environmentId, subscriberId)
  if (isNobody(rows, events)) return { kind: 'subscriber_not_found', subscriberId }
  const held = await store.heldAttempts.ofSubscriber(environmentId, subscriberId)
  const { subscriber } = rows
  const person = {
    subscriberId,
    environmentId,
    exportedAt: iso(clock()),
    subscriber: subscriber && {
      _id: subscriber.id,
      profile: subscriber.profile,
      ...timesOf(subscriber),
    },
    endpoints: rows.endpoints.map((row) => ({
      ...integrationOf(row),
      connectionIdentifier: row.connectionIdentifier,
      type: row.type,
      endpoint: splitSecrets(row.type, row.endpoint).endpoint,
      ...timesOf(row),
    })),
    connections: rows.connections.map((row) => ({ ...integrationOf(row), ...timesOf(row) })),
    unconfirmed: held.map((attempt) => ({
      answer: withoutTokens(attempt),
      createdAt: iso(attempt.createdAtMs),
      expiresAt: iso(attempt.expiresAtMs),
    })),
    events: events.map(presentEvent),
  }
  return { kind: 'found', person }
}

/** How many records about a subscriber were erased. */
export type ErasedPerson = { endpoints: number; connections: number; events: number }

/**
 * Deletes most of a subscriber's data in several commits, so that the last commit of the erasure
 * stays small: all but 500 endpoints, and all but one of their own connections. Each connection has
 * its own commit, because the endpoints that move from it decide which ones may move from the next.
 */
export async function removeMostOfPerson(
  deps: PersonDeps & CommitDeps,
  actor: Actor,
  environmentId: string,
  subscriberId: string,
): Promise<DependentCounts> {
  const { store } = deps
  const parent = { environmentId, subscriberId }
  const { endpoints } = await removeMostDependents(deps, actor, parent, 'subscriber_erased')
  const [, ...connections] = (await store.personalData.read(environmentId, subscriberId))
    .connections
  for (const connection of connections) {
    await commit(deps, actor, async () => {
      const moved = await releaseOthers(deps, connection, ERASED)
      return accept(null, {
        expects: [store.connections.expectPresent(connection.id), ...moved.expects],
        writes: [...moved.writes, store.connections.delete(connection.id)],
        events: [...moved.events, connectionDeleted(ERASED.reason)(connection)],
      })
    })
  }
  return { endpoints, connections: connections.length }
}

const ERASED = { reason: 'subscriber_erased', linkId: null } as const

/**
 * Erases everything stored about a subscriber: the record, their endpoints, the connections that
 * are only theirs, and the personal data in events. Works for a subscriber who was deleted earlier,
 * too. Tokens are not revoked at the provider. Other users who linked through one of these
 * connections stay linked. `before`: how much `removeMostOfPerson` has deleted already.
 */
export async function erasePerson(
  deps: PersonDeps,
  environmentId: string,
  subscriberId: string,
  before: DependentCounts = { endpoints: 0, connections: 0 },
): Promise<Decision<ErasedPerson, SubscriberNotFound>> {
  const { store } = deps
  const rows = await store.personalData.read(environmentId, subscriberId)
  const events = await eventsAbout(store, environmentId, subscriberId)
  if (isNobody(rows, events)) return { kind: 'subscriber_not_found', subscriberId }
  const { connections } = rows
  const { reason } = ERASED
  const removed = await removeWith(deps, { environmentId, subscriberId }, reason, before)
  const released = await Promise.all(
    connections.map((connection) => releaseOthers(deps, connection, ERASED)),
  )
  const counts = { ...removed.counts, connections: before.connections + connections.length }
  return accept(
    { ...counts, events: events.length },
    {
      expects: [
        store.personalData.expectNoConnectionsBut(environmentId, subscriberId, connections),
        ...removed.expects,
        ...released.flatMap(({ expects }) => expects),
      ],
      writes: [
        ...released.flatMap(({ writes }) => writes),
        ...connections.map(({ id }) => store.connections.delete(id)),
        store.personalData.deleteSubscriber(environmentId, subscriberId),
        store.events.erasePersonal(environmentId, subscriberId),
      ],
      events: [
        ...released.flatMap((moved) => moved.events),
        ...removed.events,
        ...connections.map(connectionDeleted(reason)),
        {
          type: 'subscriber.erased',
          environmentId,
          subjectId: idOf(deps, rows, events),
          data: counts,
        },
      ],
    },
  )
}

const PAGE = 1000

/** All events about a subscriber, oldest first. */
async function eventsAbout(
  { events }: Deps['store'],
  environmentId: string,
  subscriberId: string,
): Promise<StoredEvent[]> {
  const found: StoredEvent[] = []
  for (let afterId = 0; ; ) {
    const page = await events.page({ environmentId, subscriberId, afterId }, PAGE)
    found.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return found
    afterId = last.id
  }
}

/** Tokens and the addresses of webhooks are the company's. */
function withoutTokens(held: HeldAttempt): Record<string, unknown> {
  const answer = readHeld(held)?.answer
  if (answer?.kind === 'user') return { kind: answer.kind, identity: answer.identity }
  if (answer?.kind === 'installation') {
    const { userId, workspace } = answer.installation
    return { kind: answer.kind, userId, workspace }
  }
  if (answer?.kind === 'webhook') {
    const { id, name } = answer.installedIn
    return { kind: answer.kind, workspace: { id, name } }
  }
  return { kind: 'unreadable' }
}

const isNobody = (
  { subscriber, connections }: PersonRows,
  events: readonly StoredEvent[],
): boolean => subscriber === null && connections.length === 0 && events.length === 0

/** The subscriber's `_id`. If they were deleted, an event may contain it; otherwise a new one. */
function idOf(
  { random, clock }: PersonDeps,
  { subscriber }: PersonRows,
  events: readonly StoredEvent[],
): string {
  if (subscriber !== null) return subscriber.id
  const [, known] =
    events.findLast(({ subject }) => subject.startsWith(SUBJECT_PREFIX))?.subject.split(':') ?? []
  return known ?? random.recordId(clock())
}

const SUBJECT_PREFIX = 'subscriber:'

const integrationOf = ({
  identifier,
  integrationIdentifier,
  providerId,
  contextKeys,
}: PersonRows['endpoints'][number] | PersonRows['connections'][number]) => ({
  identifier,
  integrationIdentifier,
  providerId,
  contextKeys: [...contextKeys],
})

const timesOf = ({ createdAtMs, updatedAtMs }: { createdAtMs: number; updatedAtMs: number }) => ({
  createdAt: iso(createdAtMs),
  updatedAt: iso(updatedAtMs),
})

const iso = (ms: number): string => new Date(ms).toISOString()
