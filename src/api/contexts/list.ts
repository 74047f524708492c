import { Type } from '@sinclair/typebox'
import type { ApiDeps } from '../../http/api-deps.ts'
import { declares } from '../../http/declares.ts'
import { byTimeOrId, listOf, listQuery, presentPage, readPaging } from '../../http/lists.ts'
import type { Api } from '../../http/pipeline.ts'
import { CONTEXTS, ContextResponse, presentContext } from './response.ts'

const ContextsQuery = listQuery({
  ...byTimeOrId,
  id: Type.Optional(Type.String()),
  search: Type.Optional(Type.String({ description: 'Part of the type or id, case-insensitive.' })),
})

export const listContexts =
  ({ store }: ApiDeps) =>
  (app: Api) =>
    app.get(
      '/v2/contexts',
      async ({ query, caller: { environmentId } }) => {
        const filter = { environmentId, contextId: query.id, search: query.search }
        const page = await store.contexts.page(filter, readPaging(query))
        return presentPage(page, ({ id }) => id, presentContext)
      },
      declares({
        operationId: 'ContextsController_listContexts',
        summary: 'List all contexts',
        description: 'Lists contexts, newest first, a page at a time.',
        tag: CONTEXTS,
        access: 'read',
        limit: 'configuration',
        query: ContextsQuery,
        responses: {
          200: {
            description: 'A page of contexts',
            schema: listOf(ContextResponse, 'ListContextsResponseDto'),
          },
        },
        sdk: 'contexts.list({ search: "acme" })',
      }),
    )
