import * as contexts from '../../domain/contexts/contexts.ts'
import { ContextData } from '../../domain/contexts/payload.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { refusedFields } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import {
  CONTEXTS,
  ContextParams,
  ContextResponse,
  contextNotFound,
  presentContext,
} from './response.ts'

const UpdateContextBody = openObject({ data: ContextData }, { title: 'UpdateContextRequestDto' })

export const updateContext = (deps: ApiDeps) => (app: Api) =>
  app.patch(
    '/v2/contexts/:type/:id',
    ({ params, body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => contexts.updateContext(deps, caller.environmentId, params, body.data),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentContext(decided.value))
              case 'context_not_found':
                return contextNotFound(params, caller.environmentId)
              case 'invalid':
                return refusedFields(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'ContextsController_updateContext',
      summary: 'Update a context',
      description: 'Replaces the data of a context.',
      tag: CONTEXTS,
      access: 'write',
      limit: 'configuration',
      params: ContextParams,
      body: UpdateContextBody,
      responses: {
        200: { description: 'The context', schema: ContextResponse },
        404: { description: 'No such context' },
      },
      example: { data: { name: 'Acme Corporation' } },
      sdk: 'contexts.update({ type: "tenant", id: "org-acme", updateContextRequestDto: $body })',
    }),
  )
