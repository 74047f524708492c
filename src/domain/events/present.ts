import { type Static, Type } from '@sinclair/typebox'
import type { StoredEvent } from '../../store/events/events.ts'
import { textOrNull } from './define.ts'

/** An event as it is told to others: by the API, and by commands. */
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

/** The number in an event's id; what is no such id is 0, which is before all events. */
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
