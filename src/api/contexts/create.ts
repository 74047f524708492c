import * as contexts from '../../domain/contexts/contexts.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { conflict, refusedFields } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares, openObject } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import { CONTEXTS, ContextResponse, presentContext } from './response.ts'

const CreateContextBody = openObject(contexts.NewContext.properties, {
  title: 'CreateContextRequestDto',
})

export const createContext = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v2/contexts',
    ({ body, caller, request, set }) =>
      change(
        deps,
        { request, body, caller, set },
        {
          decide: () => contexts.createContext(deps, caller.environmentId, body),
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(201, presentContext(decided.value))
              case 'context_exists': {
                const name = `type '${body.type}' and id '${body.id}'`
                return conflict(
                  'context_exists',
                  `Context with ${name} already exists in environment ${caller.environmentId}`,
                )
              }
              case 'invalid':
                return refusedFields(decided)
            }
          },
        },
      ),
    declares({
      operationId: 'ContextsController_createContext',
      summary: 'Create a context',
      description:
        'Creates a context that links and connections can belong to. A request that contains a context ' +
        'creates it if necessary; use this to store its data in advance.',
      tag: CONTEXTS,
      access: 'write',
      limit: 'configuration',
      body: CreateContextBody,
      responses: {
        201: { description: 'The context', schema: ContextResponse },
        409: {
          description:
            'A context with that type and id already exists, or a request with the same idempotency ' +
            'key is still running',
        },
      },
      example: { type: 'tenant', id: 'org-acme', data: { name: 'Acme Corp' } },
      sdk: 'contexts.create($body)',
    }),
  )
