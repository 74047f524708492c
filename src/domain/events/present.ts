import { type Static, Type } from '@sinclair/typebox'
import type { StoredEvent } from '../../store/events/read-events.ts'
import { textOrNull } from './define.ts'

/** An event as returned by the API and printed by commands. */
export const PresentedEvent = Type.Object({
  id: Type.String(),
  type: Type.String(),
  createdAt: Type.String(),
  subject: Type.String(),
  actor: Type.String(),
  subscriberId: textOrNull(),
  linkId: textOrNull(),
  reason: textOrNull(),
  data: Type.Record(Type.String(), Type.Unknown()),
  personal: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
})
export type PresentedEvent = Static<typeof PresentedEvent>

export const eventId = (id: number): string => `evt_${id}`

/** Parses the number in an event's id. Anything else is 0, which precedes all events. */
export const numberOfEventId = (id: string | undefined): number =>
  Number(/^evt_(\d{1,15})$/.exec(id ?? '')?.[1] ?? 0)

export const presentEvent = (event: StoredEvent): PresentedEvent => ({
  id: eventId(event.id),
  type: event.type,
  createdAt: new Date(event.atMs).toISOString(),
  subject: event.subject,
  actor: event.actor,
  subscriberId: event.subscriberId,
  linkId: event.linkId,
  reason: event.reason,
  data: { ...event.data },
  personal: event.personal === null ? null : { ...event.personal },
})
