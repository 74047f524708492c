import { Type } from '@sinclair/typebox'
import { createLookUp } from '../domain/identities/look-up.ts'
import { ChatUserRef, chatUserShape } from '../domain/identities/shape.ts'
import { inOneLine } from '../domain/shape.ts'
import { defineAction, readInput, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const OptionalText = Type.Union([Type.String(), Type.Null()])

const Subscriber = Type.Object({
  subscriberId: Type.String(),
  integration: Type.String(),
  contextKeys: Type.Array(Type.String()),
  connectionIdentifier: OptionalText,
  endpointIdentifier: Type.String(),
  linkedAt: Type.String(),
})

/** Finds the subscribers who are linked to a chat user. */
export const whoisAction = defineAction({
  name: 'whois',
  input: Type.Object({ environmentId: OptionalText, ...ChatUserRef.properties }),
  output: Type.Object({
    status: Type.Union([
      Type.Literal('linked'),
      Type.Literal('not_linked'),
      Type.Literal('ambiguous_identity'),
    ]),
    subscribers: Type.Array(Subscriber),
  }),
  run: async (context, { environmentId, ...input }) => {
    const { id } = await requireEnvironment(context, environmentId)
    const found = await createLookUp(context)(id, readInput(chatUserShape, input))
    if (found.kind === 'invalid') throw new UsageError(inOneLine(found))
    const subscribers = found.kind === 'not_linked' ? [] : found.subscribers
    return {
      status: found.kind,
      subscribers: subscribers.map((one) => ({
        subscriberId: one.subscriberId,
        integration: one.integrationIdentifier,
        contextKeys: [...one.contextKeys],
        connectionIdentifier: one.connectionIdentifier,
        endpointIdentifier: one.identifier,
        linkedAt: new Date(one.createdAtMs).toISOString(),
      })),
    }
  },
})
