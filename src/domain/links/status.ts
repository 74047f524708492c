import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { endpointKind } from '../../providers/declared.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StoredEvent } from '../../store/events/read-events.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { EXPLANATIONS, explain, isLinkReason, type LinkReason } from './explanations.ts'

/**
 * The state of a link. `opened`: it was opened at latch's own page, which only happens for bound
 * links. `failed`: an attempt failed, and none succeeded. `expired`: nobody returned in time.
 */
export const LinkState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('opened'),
  Type.Literal('linked'),
  Type.Literal('connected'),
  Type.Literal('failed'),
  Type.Literal('expired'),
])
export type LinkState = Static<typeof LinkState>

/** What is known about a link; creating one stores nothing. */
export type LinkStatus = {
  kind: 'link'
  id: string
  status: LinkState
  createdAtMs: number
  expiresAtMs: number
  openedAtMs: number | null
  /** When it was completed, or the last attempt failed. */
  endedAtMs: number | null
  /** Whether it can still be completed. */
  isUsable: boolean
  /** Null until it is opened or an attempt is made; also null if it was deleted. */
  integration: Integration | null
  provider: Provider | undefined
  subscriberId: string | null
  contextKeys: readonly string[] | null
  connectionIdentifier: string | null
  endpointIdentifier: string | null
  /** How it was verified that the chat user is the subscriber; null if nobody was linked. */
  verification: string | null
  /** In earlier versions, the link by which the user who connected the workspace was linked too. */
  nextLinkId: string | null
  /** Why it failed or is incomplete; null otherwise. */
  why: ExplainedReason | null
  events: readonly StoredEvent[]
}

/** A reason, with its explanation for people. */
export type ExplainedReason = {
  reason: LinkReason
  /** The provider's error: codes only. */
  providerError: string | null
  meaning: string
  remedy: string
}

export type LinkNotFound = { kind: 'link_not_found'; id: string }

/**
 * Determines the state of a link from its id and its events. If the id was signed with a secret key
 * that latch no longer has, only its events can confirm it.
 */
export async function findLinkStatus(
  deps: Pick<Deps, 'store' | 'states' | 'providers' | 'clock'>,
  environmentId: string,
  id: string,
): Promise<LinkStatus | LinkNotFound> {
  const read = deps.states.readLinkId(id, environmentId)
  if (read === null) return { kind: 'link_not_found', id }
  const events = await deps.store.events.ofLink(environmentId, id)
  if (!read.isSigned && events.length === 0) return { kind: 'link_not_found', id }
  const expiresAtMs = read.issuedAtMs + read.lifetimeMs
  const integrationId = textOf(events, 'integrationId')
  const integration =
    integrationId === null
      ? null
      : await deps.store.integrations.findById(environmentId, integrationId)
  const provider = integration === null ? undefined : deps.providers.get(integration.providerId)
  const isExpired = deps.clock() > expiresAtMs
  const opened = events.find(({ type }) => type === 'link.opened') ?? null
  const end = endOf(events)
  const status = stateOf(deps, end, { isOpened: opened !== null, isExpired })
  const isOver = end.stored !== null || events.some(({ reason }) => isEnd(reason))
  return {
    kind: 'link',
    id,
    status,
    createdAtMs: read.issuedAtMs,
    expiresAtMs,
    openedAtMs: opened?.atMs ?? null,
    endedAtMs: (end.stored ?? end.failed)?.atMs ?? null,
    isUsable: !isOver && !isExpired,
    integration,
    provider,
    subscriberId: events.find((event) => event.subscriberId !== null)?.subscriberId ?? null,
    contextKeys: contextsOf(events),
    connectionIdentifier:
      subjectOf(end.installed ?? end.requested) ??
      textOf([end.linked].filter(isThere), 'connectionIdentifier'),
    endpointIdentifier: subjectOf(end.linked),
    verification: textOf([end.linked].filter(isThere), 'verification'),
    nextLinkId: textOf([end.installed].filter(isThere), 'nextLinkId'),
    why:
      explainEvent(provider, end.stored ?? end.failed) ??
      (status === 'expired' ? NOT_COMPLETED : null),
    events,
  }
}

/** For a link from which nobody has returned. */
export const NOT_COMPLETED: ExplainedReason = {
  reason: 'not_completed',
  providerError: null,
  ...EXPLANATIONS.not_completed,
}

/** What ends a link without anything stored: that it was tried too often, or was undone. */
const EXHAUSTED: LinkReason = 'too_many_attempts'
const UNDONE: LinkReason = 'undone'
const isEnd = (reason: string | null): boolean => reason === EXHAUSTED || reason === UNDONE

type End = {
  installed: StoredEvent | null
  linked: StoredEvent | null
  /** The last consent that an operator can approve. */
  requested: StoredEvent | null
  /** The event of its success: that of the connection if the link connects, else of the endpoint. */
  stored: StoredEvent | null
  /** The last failure; expiry counts only if nothing else failed. */
  failed: StoredEvent | null
}

function endOf(events: readonly StoredEvent[]): End {
  const find = (wanted: string): StoredEvent | null =>
    events.find(({ type }) => type === wanted) ?? null
  const isUndone = (event: StoredEvent): boolean => event.reason === UNDONE
  const undone = events.find(isUndone) ?? null
  const installed = find('connection.installed')
  const linked = undone === null ? find('endpoint.linked') : null
  const failures = events.filter((one) => one.type === 'link.failed' || isUndone(one))
  const inTime = failures.filter(({ reason }) => reason !== 'link_expired')
  const failed = inTime.at(-1) ?? failures.at(-1) ?? null
  const requested = events.findLast(({ type }) => type === 'connection.approval_requested') ?? null
  return { installed, linked, requested, stored: installed ?? linked, failed }
}

function stateOf(
  { providers }: Pick<Deps, 'providers'>,
  { installed, linked, failed }: End,
  { isOpened, isExpired }: { isOpened: boolean; isExpired: boolean },
): LinkState {
  if (installed !== null) return 'connected'
  if (linked !== null) {
    // Slack's incoming webhook is a channel, not a user.
    const isPerson = endpointKind(providers, String(linked.data['type'])) === 'person'
    return isPerson ? 'linked' : 'connected'
  }
  if (failed !== null && failed.reason !== 'link_expired') return 'failed'
  if (isExpired) return 'expired'
  return isOpened ? 'opened' : 'waiting'
}

/** Explains the reason that an event has; null if it has none. */
export function explainEvent(
  provider: Provider | undefined,
  event: StoredEvent | null,
): ExplainedReason | null {
  if (event === null || !isLinkReason(event.reason)) return null
  const { reason, data } = event
  const said = data['providerError'] ?? data['problem'] ?? null
  const providerError = said === null ? null : String(said)
  return { reason, providerError, ...explain(provider, { reason, providerError }) }
}

const isThere = (event: StoredEvent | null): event is StoredEvent => event !== null

/** The first string with this name in the events' data. */
function textOf(events: readonly StoredEvent[], name: string): string | null {
  const found = events.map(({ data }) => data[name]).find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : null
}

function contextsOf(events: readonly StoredEvent[]): readonly string[] | null {
  const found = events.map(({ data }) => data['contextKeys']).find((value) => Array.isArray(value))
  return Array.isArray(found) ? found.map(String) : null
}

/** The identifier in an event's subject: `endpoint:chendp_x1y2`. */
const subjectOf = (event: StoredEvent | null): string | null =>
  event === null ? null : event.subject.slice(event.subject.indexOf(':') + 1)
