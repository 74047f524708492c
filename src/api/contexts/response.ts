import { type Static, Type } from '@sinclair/typebox'
import { type ApiError, notFound } from '../../http/api-error.ts'
import type { Tag } from '../../http/declares.ts'
import type { Context } from '../../store/contexts/contexts.ts'

export const CONTEXTS: Tag = {
  name: 'Contexts',
  description: 'Your own groupings of links and connections, such as a tenant or an organisation.',
}

export const ContextResponse = Type.Object(
  {
    type: Type.String(),
    id: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown()),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'GetContextResponseDto' },
)
export type ContextResponse = Static<typeof ContextResponse>

export const ContextParams = Type.Object({
  type: Type.String({ minLength: 1, examples: ['tenant'] }),
  id: Type.String({ minLength: 1, examples: ['org-acme'] }),
})
export type ContextParams = Static<typeof ContextParams>

export const presentContext = ({
  type,
  contextId,
  data,
  createdAtMs,
  updatedAtMs,
}: Context): ContextResponse => ({
  type,
  id: contextId,
  data,
  createdAt: new Date(createdAtMs).toISOString(),
  updatedAt: new Date(updatedAtMs).toISOString(),
})

export const contextNotFound = ({ type, id }: ContextParams, environmentId: string): ApiError =>
  notFound(
    'context_not_found',
    `Context with id '${id}' and type '${type}' not found in environment ${environmentId}`,
  )
