import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.ts'
import { endpointKind } from '../../providers/declared.ts'
import type { Provider } from '../../providers/provider.ts'
import type { StoredEvent } from '../../store/events/events.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { EXPLANATIONS, explain, isLinkReason, type LinkReason } from './explanations.ts'

/**
 * What became of a link. `opened`: somebody opened it at latch's own page, which only links that begin
 * there can tell. `failed`: an attempt failed, and none went well. `expired`: nobody came back in time.
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

/** A link, as far as anything is known of it: making one stores nothing. */
export type LinkStatus = {
  kind: 'link'
  id: string
  status: LinkState
  createdAtMs: number
  expiresAtMs: number
  openedAtMs: number | null
  /** When it was stored, or the last attempt failed. */
  endedAtMs: number | null
  /** Whether it can still be completed. */
  isUsable: boolean
  /** Null until somebody has opened it, or tried to complete it; what was deleted is null, too. */
  integration: Integration | null
  provider: Provider | undefined
  subscriberId: string | null
  contextKeys: readonly string[] | null
  connectionIdentifier: string | null
  endpointIdentifier: string | null
  /** The link by which whoever connected the workspace is linked too. */
  nextLinkId: string | null
  /** Why it failed, or what is still missing of it; null where all is well. */
  why: Why | null
  events: readonly StoredEvent[]
}

export type Why = {
  reason: LinkReason
  /** What the provider said: codes alone. */
  providerError: string | null
  meaning: string
  remedy: string
}

export type LinkNotFound = { kind: 'link_not_found'; id: string }

/**
 * Says what became of a link, by its id and the events that it has. An id that was signed with a
 * secret key which latch does not have any more is known by its events alone.
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
  const isOver = end.stored !== null || events.some(({ data }) => data['isSpent'] === true)
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
      subjectOf(end.installed) ?? textOf([end.linked].filter(isThere), 'connectionIdentifier'),
    endpointIdentifier: subjectOf(end.linked),
    nextLinkId: textOf([end.installed].filter(isThere), 'nextLinkId'),
    why: whyOf(provider, end.stored ?? end.failed) ?? (status === 'expired' ? NOT_COMPLETED : null),
    events,
  }
}

/** Of a link from which nobody has come back. */
export const NOT_COMPLETED: Why = {
  reason: 'not_completed',
  providerError: null,
  ...EXPLANATIONS.not_completed,
}

type End = {
  installed: StoredEvent | null
  linked: StoredEvent | null
  /** What made it a success: the connection where it was to connect, else the endpoint. */
  stored: StoredEvent | null
  /** The last failure; that somebody came too late counts only where nothing else went wrong. */
  failed: StoredEvent | null
}

function endOf(events: readonly StoredEvent[]): End {
  const find = (wanted: string): StoredEvent | null =>
    events.find(({ type }) => type === wanted) ?? null
  const [installed, linked] = [find('connection.installed'), find('endpoint.linked')]
  const failures = events.filter(({ type }) => type === 'link.failed')
  const inTime = failures.filter(({ reason }) => reason !== 'link_expired')
  const failed = inTime.at(-1) ?? failures.at(-1) ?? null
  return { installed, linked, stored: installed ?? linked, failed }
}

function stateOf(
  { providers }: Pick<Deps, 'providers'>,
  { installed, linked, failed }: End,
  { isOpened, isExpired }: { isOpened: boolean; isExpired: boolean },
): LinkState {
  if (installed !== null) return 'connected'
  if (linked !== null) {
    // Slack's incoming webhook is a place, and nobody.
    const isPerson = endpointKind(providers, String(linked.data['type'])) === 'person'
    return isPerson ? 'linked' : 'connected'
  }
  if (failed !== null && failed.reason !== 'link_expired') return 'failed'
  if (isExpired) return 'expired'
  return isOpened ? 'opened' : 'waiting'
}

/** An event's reason in plain words; null where it has none. */
export function whyOf(provider: Provider | undefined, event: StoredEvent | null): Why | null {
  if (event === null || !isLinkReason(event.reason)) return null
  const { reason, data } = event
  const said = data['providerError'] ?? data['problem'] ?? null
  const providerError = said === null ? null : String(said)
  return { reason, providerError, ...explain(provider, { reason, providerError }) }
}

const isThere = (event: StoredEvent | null): event is StoredEvent => event !== null

/** The first of the events' data of that name that is a text. */
function textOf(events: readonly StoredEvent[], name: string): string | null {
  const found = events.map(({ data }) => data[name]).find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : null
}

function contextsOf(events: readonly StoredEvent[]): readonly string[] | null {
  const found = events.map(({ data }) => data['contextKeys']).find((value) => Array.isArray(value))
  return Array.isArray(found) ? found.map(String) : null
}

/** The identifier in the subject of an event: `endpoint:chendp_x1y2`. */
const subjectOf = (event: StoredEvent | null): string | null =>
  event === null ? null : event.subject.slice(event.subject.indexOf(':') + 1)
