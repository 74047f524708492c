import { type Static, Type } from '@sinclair/typebox'
import { createLookUp, type LookedUp } from '../../domain/identities/look-up.ts'
import { ChatUserRef, ManyChatUsers } from '../../domain/identities/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { invalid } from '../../http/api-error.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { EXAMPLE } from '../../providers/example.ts'
import { IDENTITIES, Identity, presentIdentity } from './response.ts'

const Resolved = Type.Object({
  ...ChatUserRef.properties,
  status: Type.Union(
    [Type.Literal('linked'), Type.Literal('not_linked'), Type.Literal('ambiguous_identity')],
    {
      description:
        '`ambiguous_identity`: several subscribers of the same contexts are linked to the chat user, ' +
        'which an older version of latch allowed.',
    },
  ),
  data: Type.Array(Identity, {
    description: 'One for each integration and set of contexts; empty unless `linked`.',
  }),
})

const ResolveResponse = Type.Object(
  { data: Type.Array(Resolved, { description: 'In the order of the request.' }) },
  { title: 'ResolveIdentitiesResponseDto' },
)

export const resolveIdentities = (deps: ApiDeps) => {
  const lookUp = createLookUp(deps)
  return (app: Api) =>
    app.post(
      '/v1/identities/resolve',
      async ({ body, caller: { environmentId } }) => ({
        data: await Promise.all(
          body.identities.map(async (chatUser) =>
            present(chatUser, await lookUp(environmentId, chatUser)),
          ),
        ),
      }),
      declares({
        operationId: 'IdentitiesController_resolveIdentities',
        summary: 'Look up many chat users',
        description:
          'Looks up to 100 chat users at once. The response is never a replay: `Idempotency-Key` is ' +
          'ignored, because an earlier answer may no longer be true.',
        tag: IDENTITIES,
        access: 'read',
        neverReplayed: true,
        body: ManyChatUsers,
        responses: { 200: { description: 'A result for each chat user', schema: ResolveResponse } },
        example: {
          identities: [
            { providerId: EXAMPLE.providerId, workspaceId: 'T0ACME0001', userId: 'U0ADA00001' },
          ],
        },
      }),
    )
}

function present(
  { providerId, workspaceId, userId }: ChatUserRef,
  found: LookedUp,
): Static<typeof Resolved> {
  if (found.kind === 'invalid') {
    const messages = Object.values(found.fields).flatMap((field) => field.messages)
    throw invalid({ identities: { messages } })
  }
  const data = found.kind === 'linked' ? found.subscribers.map(presentIdentity) : []
  return { providerId, workspaceId, userId, status: found.kind, data }
}
