import type { Deps } from '../../deps.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { Actor } from '../decision.ts'
import { type AnyEventDefinition, type DomainEvent, EVENTS } from './registry.ts'

type RecordDeps = Pick<Deps, 'store' | 'clock'>

/** The writes that record events, to be committed together with the change that they describe. */
export function recordEvents(
  { store, clock }: RecordDeps,
  actor: Actor,
  events: readonly DomainEvent[],
): Write[] {
  const atMs = clock()
  return events.map((event) => {
    const { mostPerLink } = definitionOf(event)
    const { environmentId, type, data } = event
    const { linkId = null, reason = null, subscriberId = null, personal = null } = event
    const row = {
      environmentId,
      atMs,
      type,
      subject: subjectOf(event),
      actor: `${actor.kind}:${actor.id}`,
      linkId,
      reason,
      data,
      subscriberId,
      personal,
    }
    return mostPerLink === undefined || linkId === null
      ? store.events.append(row)
      : store.events.appendOncePerReason({ ...row, linkId }, mostPerLink)
  })
}

/** The kind and the id of the record that an event is about: `endpoint:chendp_x1y2`. */
export const subjectOf = (event: DomainEvent): string =>
  `${definitionOf(event).subject}:${event.subjectId}`

function definitionOf({ type }: DomainEvent): AnyEventDefinition {
  const definition = EVENTS.get(type)
  if (definition === undefined) throw new Error(`unknown event type ${type}`)
  return definition
}
