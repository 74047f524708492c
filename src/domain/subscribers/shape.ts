import { type Static, Type } from '@sinclair/typebox'
import { createShape, type Invalid, invalid } from '../shape.ts'

/** The id that a company has for one of its users. Spaces around it are not part of it. */
export const SubscriberId = Type.String({
  pattern: '^\\s*([A-Za-z0-9_-]+|[^\\s@]+@[^\\s@]+\\.[^\\s@]+)\\s*$',
  maxLength: 256,
  errorMessage:
    'SubscriberId must be a valid email address or a string of alphanumeric characters, ' +
    'hyphens, and underscores',
  examples: ['subscriber-123'],
})

/** What a company may say of a user. latch keeps it, and reads none of it. */
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

/** A subscriber as they are created or updated by their id. */
export const SubscriberInput = Type.Object(
  { subscriberId: SubscriberId, ...SubscriberProfile.properties },
  { additionalProperties: true },
)
export type SubscriberInput = Static<typeof SubscriberInput>

export const subscriberShape = createShape(SubscriberInput)

const idShape = createShape(Type.Object({ subscriberId: SubscriberId }))

/**
 * Refuses an id that no subscriber has, for whoever makes one by the id alone. Spaces around it would
 * make somebody who cannot be found by it, so that they are refused too; null where it may be had.
 */
export function refuseSubscriberId(subscriberId: string): Invalid | null {
  const read = idShape.read({ subscriberId })
  if (read.kind === 'invalid') return read
  const messages = ['subscriberId must not begin or end with spaces']
  return subscriberId === subscriberId.trim()
    ? null
    : invalid({ subscriberId: { messages, value: subscriberId } })
}

/** What is kept of an input: the profile, and nothing that it says beside. */
export const profileOf = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(SubscriberProfile.properties).flatMap((name) =>
      given[name] === undefined ? [] : [[name, given[name]]],
    ),
  )
