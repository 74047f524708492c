import { type TObject, Type } from '@sinclair/typebox'

/** An event type and the schemas of its data, which never contains a secret. */
export type EventDefinition<Data extends TObject, Personal extends TObject> = {
  /** When it occurs. */
  description: string
  /** The kind of record that it is about: the first half of the event's `subject`. */
  subject: string
  /** Data that is kept as long as the event. */
  data: Data
  /** Personal data, which is erased with the subscriber. */
  personal: Personal
  /** The maximum number per link, for events that a user can cause repeatedly. */
  mostPerLink?: number
}

const Nothing = Type.Object({})

/** Defines an event type and preserves the types of its data. Most events have no personal data. */
export function defineEvent<Data extends TObject, Personal extends TObject = typeof Nothing>(
  event: Omit<EventDefinition<Data, Personal>, 'personal'> & { personal: Personal },
): EventDefinition<Data, Personal>
export function defineEvent<Data extends TObject>(
  event: Omit<EventDefinition<Data, typeof Nothing>, 'personal'>,
): EventDefinition<Data, typeof Nothing>
export function defineEvent<Data extends TObject>(
  event: Omit<EventDefinition<Data, TObject>, 'personal'> & { personal?: TObject },
): EventDefinition<Data, TObject> {
  return { personal: Nothing, ...event }
}

export const textOrNull = () => Type.Union([Type.String(), Type.Null()])

/** A time in ISO 8601, or null. */
export const timeOrNull = () => Type.Union([Type.String({ format: 'date-time' }), Type.Null()])
