import { type Static, Type } from '@sinclair/typebox'
import { createShape, type Invalid, invalid } from '../shape.ts'

/** The company's own id of a user. Surrounding spaces are not part of it. */
export const SubscriberId = Type.String({
  pattern: '^\\s*([A-Za-z0-9_-]+|[^\\s@]+@[^\\s@]+\\.[^\\s@]+)\\s*$',
  maxLength: 256,
  errorMessage:
    'SubscriberId must be a valid email address or a string of alphanumeric characters, ' +
    'hyphens, and underscores',
  examples: ['subscriber-123'],
})

/** A user's profile, which latch stores but does not use. */
export const SubscriberProfile = Type.Object(
  {
    firstName: Type.Optional(Type.String()),
    lastName: Type.Optional(Type.String()),
    email: Type.Optional(
      Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', errorMessage: 'email must be an email' }),
    ),
    phone: Type.Optional(Type.String()),
    avatar: Type.Optional(Type.String()),
    locale: Type.Optional(Type.String()),
    timezone: Type.Optional(Type.String()),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: true },
)
export type SubscriberProfile = Static<typeof SubscriberProfile>

/** A subscriber to be created, or updated by id. */
export const SubscriberInput = Type.Object(
  { subscriberId: SubscriberId, ...SubscriberProfile.properties },
  { additionalProperties: true },
)
export type SubscriberInput = Static<typeof SubscriberInput>

export const subscriberShape = createShape(SubscriberInput)

const idShape = createShape(Type.Object({ subscriberId: SubscriberId }))

/**
 * Validates the id of a subscriber who is created by id alone. Refuses surrounding spaces too,
 * because the subscriber could not be found by that id. Null if the id is valid.
 */
export function refuseSubscriberId(subscriberId: string): Invalid | null {
  const read = idShape.read({ subscriberId })
  if (read.kind === 'invalid') return read
  const messages = ['subscriberId must not begin or end with spaces']
  return subscriberId === subscriberId.trim()
    ? null
    : invalid({ subscriberId: { messages, value: subscriberId } })
}

/** The profile fields of an input; everything else is dropped. */
export const profileOf = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(SubscriberProfile.properties).flatMap((name) =>
      given[name] === undefined ? [] : [[name, given[name]]],
    ),
  )
