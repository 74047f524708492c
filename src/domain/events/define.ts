import { type TObject, Type } from '@sinclair/typebox'

/** A kind of event: what it tells, and in which form. None of it ever holds a secret. */
export type EventDefinition<Data extends TObject, Personal extends TObject> = {
  /** When it happens, in one sentence. */
  description: string
  /** The kind of thing that it is about: the first half of the event's `subject`. */
  subject: string
  /** What stays for as long as the event does. */
  data: Data
  /** Facts about a person, which are erased with the person. */
  personal: Personal
  /** Where somebody else can cause it again and again: how often a link has it at most. */
  mostPerLink?: number
}

const Nothing = Type.Object({})

/** Keeps the types of an event's data. Most events say nothing about a person. */
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
