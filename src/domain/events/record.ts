import type { Deps } from '../../deps.ts'
import type { Write } from '../../store/writer/writes.ts'
import type { Actor } from '../decision.ts'
import { type DomainEvent, EVENTS } from './registry.ts'

type RecordDeps = Pick<Deps, 'store' | 'clock'>

/** The writes that record events, to be committed together with the change that they describe. */
export function recordEvents(
  { store, clock }: RecordDeps,
  actor: Actor,
  events: readonly DomainEvent[],
): Write[] {
  const atMs = clock()
  return events.map((event) => {
    const definition = EVENTS.get(event.type)
    if (definition === undefined) throw new Error(`unknown event type ${event.type}`)
    const { environmentId, type, data, subjectId } = event
    const { linkId = null, reason = null, subscriberId = null, personal = null } = event
    const row = {
      environmentId,
      atMs,
      type,
      subject: `${definition.subject}:${subjectId}`,
      actor: `${actor.kind}:${actor.id}`,
      linkId,
      reason,
      data,
      subscriberId,
      personal,
    }
    return definition.mostPerLink === undefined || linkId === null
      ? store.events.append(row)
      : store.events.appendOncePerReason({ ...row, linkId }, definition.mostPerLink)
  })
}
