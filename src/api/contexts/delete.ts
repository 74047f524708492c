import * as contexts from '../../domain/contexts/contexts.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { CONTEXTS, ContextParams, contextNotFound } from './response.ts'

export const deleteContext = (deps: ApiDeps) => (app: Api) =>
  app.delete(
    '/v2/contexts/:type/:id',
    ({ params, caller, request, set }) =>
      change(
        deps,
        { request, body: undefined, caller, set },
        {
          decide: () => contexts.deleteContext(deps, caller.environmentId, params),
          respond: (decided) =>
            decided.kind === 'accepted'
              ? reply(204, undefined)
              : contextNotFound(params, caller.environmentId),
        },
      ),
    declares({
      operationId: 'ContextsController_deleteContext',
      summary: 'Delete a context',
      description: 'Deletes a context. Links and connections that belong to it keep its key.',
      tag: CONTEXTS,
      access: 'write',
      limit: 'configuration',
      params: ContextParams,
      responses: {
        204: { description: 'Deleted' },
        404: { description: 'No such context' },
      },
      sdk: 'contexts.delete("org-acme", "tenant")',
    }),
  )
