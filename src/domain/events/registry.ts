import type { Static, TObject } from '@sinclair/typebox'
import { apiKeyEvents } from './api-keys.ts'
import { connectionEvents } from './connections.ts'
import type { EventDefinition } from './define.ts'
import { endpointEvents } from './endpoints.ts'
import { environmentEvents } from './environments.ts'
import { integrationEvents } from './integrations.ts'
import { linkEvents } from './links.ts'
import { subscriberEvents } from './subscribers.ts'

/** Every kind of event. A concept's kinds are a file, and a line here. */
const KINDS = {
  ...linkEvents,
  ...endpointEvents,
  ...connectionEvents,
  ...integrationEvents,
  ...subscriberEvents,
  ...apiKeyEvents,
  ...environmentEvents,
}

type Kinds = typeof KINDS

/** The name of a kind of event: a noun, and what happened to it. */
export type EventType = keyof Kinds

export type AnyEventDefinition = EventDefinition<TObject, TObject>

/** The definitions of all events, by their types. */
export const EVENTS: ReadonlyMap<string, AnyEventDefinition> = new Map(Object.entries(KINDS))

/** An event as a rule tells it. `commit` adds the time and who it was. */
type Told<Type extends EventType> = {
  type: Type
  environmentId: string
  /** Which one of its kind it is about: the second half of the event's `subject`. */
  subjectId: string
  /** Whom it is about. */
  subscriberId?: string | null
  linkId?: string | null
  /** Why, where something failed or was refused: stable words for programs. */
  reason?: string | null
  data: Static<Kinds[Type]['data']>
  personal?: Static<Kinds[Type]['personal']> | null
}

/** Something that happened. */
export type DomainEvent = { [Type in EventType]: Told<Type> }[EventType]

/** Whether a text names a kind of event. */
export const isEventType = (text: string): text is EventType => EVENTS.has(text)
