import type { Static, TObject } from '@sinclair/typebox'
import { apiKeyEvents } from './api-keys.ts'
import { connectionEvents } from './connections.ts'
import type { EventDefinition } from './define.ts'
import { endpointEvents } from './endpoints.ts'
import { environmentEvents } from './environments.ts'
import { integrationEvents } from './integrations.ts'
import { linkEvents } from './links.ts'
import { subscriberEvents } from './subscribers.ts'

/** All event types. To add a concept, add a file and a line here. */
const EVENT_TYPES = {
  ...linkEvents,
  ...endpointEvents,
  ...connectionEvents,
  ...integrationEvents,
  ...subscriberEvents,
  ...apiKeyEvents,
  ...environmentEvents,
}

type EventTypes = typeof EVENT_TYPES

/** The name of an event type: a noun, and what happened to it. */
export type EventType = keyof EventTypes

export type AnyEventDefinition = EventDefinition<TObject, TObject>

/** The definitions of all event types, by name. */
export const EVENTS: ReadonlyMap<string, AnyEventDefinition> = new Map(Object.entries(EVENT_TYPES))

/** An event in a decision. `commit` adds the time and the actor. */
type EventOfType<Type extends EventType> = {
  type: Type
  environmentId: string
  /** The id of the record that it is about: the second half of the event's `subject`. */
  subjectId: string
  /** The subscriber that it is about. */
  subscriberId?: string | null
  linkId?: string | null
  /** Why something failed or was refused: a stable code for programs. */
  reason?: string | null
  data: Static<EventTypes[Type]['data']>
  personal?: Static<EventTypes[Type]['personal']> | null
}

/** Something that happened. */
export type DomainEvent = { [Type in EventType]: EventOfType<Type> }[EventType]

/** Whether a text is the name of an event type. */
export const isEventType = (text: string): text is EventType => EVENTS.has(text)
