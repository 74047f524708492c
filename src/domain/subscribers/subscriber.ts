import { type Static, Type } from '@sinclair/typebox'
import { createShape } from '../shape.ts'

/** The id that a company has for one of its users. Spaces around it are not part of it. */
export const SubscriberId = Type.String({
  pattern: '^\\s*([A-Za-z0-9_-]+|[^\\s@]+@[^\\s@]+\\.[^\\s@]+)\\s*$',
  maxLength: 256,
  whenWrong:
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
      Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', whenWrong: 'email must be an email' }),
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
export const GivenSubscriber = Type.Object(
  { subscriberId: SubscriberId, ...SubscriberProfile.properties },
  { additionalProperties: true },
)
export type GivenSubscriber = Static<typeof GivenSubscriber>

export const subscriberShape = createShape(GivenSubscriber)

/** What is kept of an input: the profile, and nothing that it says beside. */
export const profileOf = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(SubscriberProfile.properties).flatMap((name) =>
      given[name] === undefined ? [] : [[name, given[name]]],
    ),
  )
