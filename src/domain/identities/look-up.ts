import type { Deps } from '../../deps.ts'
import type { LinkedSubscriber, LinkedSubscribers } from '../../store/endpoints/identities.ts'
import { type Invalid, invalid } from '../shape.ts'
import { storedSpelling } from './chat-user.ts'
import type { ChatUserRef, LookUpScope } from './shape.ts'

/** The subscribers who are linked to a chat user: one for each integration and set of contexts. */
export type Linked = { kind: 'linked'; subscribers: LinkedSubscribers }

/** It is known that nobody is linked to the chat user; a look-up that fails throws instead. */
export type NotLinked = { kind: 'not_linked' }

/**
 * Several subscribers of the same contexts are linked to the chat user, which only databases of
 * older versions have: nobody can say which of them is speaking.
 */
export type AmbiguousIdentity = { kind: 'ambiguous_identity'; subscribers: LinkedSubscribers }

export type LookedUp = Linked | NotLinked | AmbiguousIdentity | Invalid

/**
 * Finds the subscribers who are linked to a chat user. Returns the same object again until something
 * changes. Throws if it cannot be known now.
 */
export type LookUp = (
  environmentId: string,
  chatUser: ChatUserRef,
  scope?: LookUpScope,
) => LookedUp | Promise<LookedUp>

const NOT_LINKED: NotLinked = { kind: 'not_linked' }
const ANY: LookUpScope = {}

export function createLookUp({ store, providers }: Pick<Deps, 'store' | 'providers'>): LookUp {
  // A bot asks for the same people again and again.
  const judged = new WeakMap<LinkedSubscribers, LookedUp>()
  const judge = (found: LinkedSubscribers | null): LookedUp => {
    if (found === null) return NOT_LINKED
    const known = judged.get(found)
    if (known !== undefined) return known
    const result = onePerContexts(found)
    judged.set(found, result)
    return result
  }
  const narrowed = async (
    environmentId: string,
    found: LinkedSubscribers | null,
    scope: LookUpScope,
  ): Promise<LookedUp> => {
    const inScope = (found ?? []).filter((one) => isIn(scope, one))
    if (inScope.length > 0) return onePerContexts(inScope)
    const { integrationIdentifier: identifier } = scope
    if (identifier === undefined) return NOT_LINKED
    // With a misspelt identifier, nobody would ever be linked.
    return (await store.integrations.findByIdentifier(environmentId, identifier)) === null
      ? unknownIntegration(identifier)
      : NOT_LINKED
  }
  return (environmentId, { providerId, workspaceId, userId }, scope = ANY) => {
    const provider = providers.get(providerId)
    if (provider === undefined) return unknownProvider(providerId, [...providers.keys()])
    const [workspace, user] = storedSpelling(provider, workspaceId, userId)
    const found = store.identities.findLinked(environmentId, providerId, workspace, user)
    const isNarrowed = scope.integrationIdentifier !== undefined || scope.contextKeys !== undefined
    if (isNarrowed) return whenFound(found, (rows) => narrowed(environmentId, rows, scope))
    return whenFound(found, judge)
  }
}

/** Continues immediately if the rows were cached, which saves the hot path a promise. */
const whenFound = (
  found: LinkedSubscribers | null | Promise<LinkedSubscribers | null>,
  next: (found: LinkedSubscribers | null) => LookedUp | Promise<LookedUp>,
): LookedUp | Promise<LookedUp> => (found instanceof Promise ? found.then(next) : next(found))

const isIn = (
  { integrationIdentifier, contextKeys }: LookUpScope,
  one: LinkedSubscriber,
): boolean =>
  (integrationIdentifier ?? one.integrationIdentifier) === one.integrationIdentifier &&
  (contextKeys === undefined || sameKeys(contextKeys, one.contextKeys))

const sameKeys = (some: readonly string[], others: readonly string[]): boolean =>
  JSON.stringify(some) === JSON.stringify(others)

/**
 * One subscriber for each integration and set of contexts. Somebody may be linked through several
 * connections of a workspace: the latest link counts.
 */
function onePerContexts(found: LinkedSubscribers): LookedUp {
  const groups = Map.groupBy(found, ({ integrationId, contextKeys }) =>
    JSON.stringify([integrationId, contextKeys]),
  )
  const subscribers: LinkedSubscriber[] = []
  for (const group of groups.values()) {
    const [first, ...others] = group.toSorted((one, other) => other.updatedAtMs - one.updatedAtMs)
    if (first === undefined) continue
    if (others.some(({ subscriberId }) => subscriberId !== first.subscriberId)) {
      return { kind: 'ambiguous_identity', subscribers: group }
    }
    subscribers.push(first)
  }
  return { kind: 'linked', subscribers }
}

const unknownProvider = (value: string, known: readonly string[]): Invalid =>
  invalid({
    providerId: {
      messages: [`providerId must be one of the following values: ${known.join(', ')}`],
      value,
    },
  })

const unknownIntegration = (value: string): Invalid =>
  invalid({
    integrationIdentifier: {
      messages: ['integrationIdentifier must be the identifier of an integration'],
      value,
    },
  })
