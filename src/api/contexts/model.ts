import { type Static, Type } from '@sinclair/typebox'
import { listOf } from '../../http/list-of.ts'
import { LIST_PARAMETERS } from '../../http/list-query.ts'
import { openObject } from '../../http/open-object.ts'

const name = (example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', examples: [example] })
const data = Type.Record(Type.String(), Type.Unknown(), { examples: [{ name: 'Acme Corp' }] })

export const CreateContextBody = openObject(
  { type: name('tenant'), id: name('org-acme'), data: Type.Optional(data) },
  { title: 'CreateContextRequestDto' },
)
export type CreateContextBody = Static<typeof CreateContextBody>

export const UpdateContextBody = openObject({ data }, { title: 'UpdateContextRequestDto' })
export type UpdateContextBody = Static<typeof UpdateContextBody>

export const ContextParams = Type.Object({
  type: Type.String({ minLength: 1, examples: ['tenant'] }),
  id: Type.String({ minLength: 1, examples: ['org-acme'] }),
})
export type ContextParams = Static<typeof ContextParams>

export const ContextsQuery = openObject({
  ...LIST_PARAMETERS,
  orderBy: Type.Optional(
    Type.Union([Type.Literal('_id'), Type.Literal('createdAt'), Type.Literal('updatedAt')]),
  ),
  id: Type.Optional(Type.String()),
  search: Type.Optional(Type.String({ description: 'A part of type or id, in any case.' })),
})
export type ContextsQuery = Static<typeof ContextsQuery>

export const ContextAnswer = Type.Object(
  {
    type: Type.String(),
    id: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown()),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'GetContextResponseDto' },
)
export type ContextAnswer = Static<typeof ContextAnswer>

export const ContextList = listOf(ContextAnswer, 'ListContextsResponseDto')
export type ContextList = Static<typeof ContextList>
