import { Type } from '@sinclair/typebox'
import { numberOfEventId, PresentedEvent, presentEvent } from '../domain/events/present.ts'
import { EVENTS, isEventType } from '../domain/events/registry.ts'
import { defineAction, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const OptionalText = Type.Union([Type.String(), Type.Null()])

/** A page of an environment's events, oldest first. To read on, call again with the last id. */
export const listEventsAction = defineAction({
  name: 'events.list',
  input: Type.Object({
    environmentId: OptionalText,
    /** The id of the event after which to start; null: from the beginning. */
    after: OptionalText,
    sinceMs: Type.Union([Type.Number(), Type.Null()]),
    types: Type.Array(Type.String()),
    subject: OptionalText,
    from: Type.Union([Type.Literal('oldest'), Type.Literal('newest')]),
    limit: Type.Integer({ minimum: 1, maximum: 1000 }),
  }),
  output: Type.Array(PresentedEvent),
  run: async (context, { environmentId, after, types, subject, sinceMs, from, limit }) => {
    const unknown = types.find((type) => !isEventType(type))
    if (unknown !== undefined) {
      const known = [...EVENTS.keys()].join(', ')
      throw new UsageError(`No such event type: ${unknown}. It must be one of ${known}.`)
    }
    const { id } = await requireEnvironment(context, environmentId)
    const filter = {
      environmentId: id,
      afterId: numberOfEventId(after ?? undefined),
      types: types.length === 0 ? undefined : types,
      subject: subject ?? undefined,
      sinceMs: sinceMs ?? undefined,
    }
    return (await context.store.events.page(filter, limit, from)).map(presentEvent)
  },
})

/** Verifies every event of every environment, and names what is wrong. */
export const verifyEventsAction = defineAction({
  name: 'events.verify',
  input: Type.Object({}),
  output: Type.Object({
    events: Type.Integer(),
    checkpoints: Type.Integer(),
    problems: Type.Array(
      Type.Object({
        kind: Type.Union([
          Type.Literal('changed'),
          Type.Literal('added'),
          Type.Literal('missing'),
          Type.Literal('checkpoint_broken'),
        ]),
        fromId: Type.Integer(),
        toId: Type.Integer(),
      }),
    ),
  }),
  run: async ({ store }) => store.events.verify(),
})
