import { Type } from '@sinclair/typebox'
import { createLookUp, type LookedUp } from '../../domain/identities/look-up.ts'
import { ChatUserRef } from '../../domain/identities/shape.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { type Call, sendJson } from '../../http/change.ts'
import { closedQuery, declares } from '../../http/declares.ts'
import { CONTEXT_KEYS, readContextKeys } from '../../http/lists.ts'
import type { Api } from '../../http/pipeline.ts'
import { AMBIGUOUS, IDENTITIES, Identity, identityError, presentIdentity } from './response.ts'

const Found = Type.Object(
  {
    data: Type.Array(Identity, {
      description: 'One for each integration and set of contexts; at least one.',
    }),
  },
  { title: 'IdentitiesResponseDto' },
)

const Scope = closedQuery({
  integrationIdentifier: Type.Optional(
    Type.String({ minLength: 1, description: 'Only links through this integration.' }),
  ),
  contextKeys: CONTEXT_KEYS,
})

export const lookUpIdentity = (deps: ApiDeps) => {
  const lookUp = createLookUp(deps)
  // The JSON of a result that the look-up returns again is not written again.
  const texts = new WeakMap<object, string>()
  const respond = (set: Call['set'], found: LookedUp) => {
    if (found.kind !== 'linked') throw identityError(found)
    let text = texts.get(found)
    if (text === undefined) {
      text = JSON.stringify({ data: found.subscribers.map(presentIdentity) })
      texts.set(found, text)
    }
    return sendJson<typeof Found.static>(set, text)
  }
  return (app: Api) =>
    app.get(
      '/v1/identities/:providerId/:workspaceId/:userId',
      async ({ params, query, caller: { environmentId }, set }) => {
        const { integrationIdentifier, contextKeys } = query
        const scope = { integrationIdentifier, contextKeys: readContextKeys(contextKeys) }
        const found = lookUp(environmentId, params, scope)
        // Found in the cache, it is no promise.
        return respond(set, found instanceof Promise ? await found : found)
      },
      declares({
        operationId: 'IdentitiesController_lookUpIdentity',
        summary: 'Look up who is speaking',
        description:
          'Returns the subscribers who are linked to a chat user. Only 404 with the code `not_linked` ' +
          'means that nobody is: after any other error you do not know who is speaking, so do nothing ' +
          'for them. Narrowed to an integration and a set of contexts, there is at most one.',
        tag: IDENTITIES,
        access: 'read',
        params: ChatUserRef,
        query: Scope,
        responses: {
          200: { description: 'The subscribers', schema: Found },
          404: { description: 'Nobody is linked to this chat user (`not_linked`)' },
          409: { description: AMBIGUOUS },
        },
      }),
    )
}
