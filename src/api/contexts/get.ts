import { contextKey } from '../../domain/contexts/contexts.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  CONTEXTS,
  ContextParams,
  ContextResponse,
  contextNotFound,
  presentContext,
} from './response.ts'

export const getContext =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v2/contexts/:type/:id',
      async ({ params, caller }) => {
        const found = await store.contexts.find(caller.environmentId, contextKey(params))
        if (found === null) throw contextNotFound(params, caller.environmentId)
        return presentContext(found)
      },
      declares({
        operationId: 'ContextsController_getContext',
        summary: 'Retrieve a context',
        description: 'Returns a context by its type and id.',
        tag: CONTEXTS,
        access: 'read',
        limit: 'configuration',
        params: ContextParams,
        responses: {
          200: { description: 'The context', schema: ContextResponse },
          404: { description: 'No such context' },
        },
        sdk: 'contexts.retrieve("org-acme", "tenant")',
      }),
    )
