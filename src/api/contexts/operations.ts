import type { Operation } from '../../http/operation.ts'
import { ContextAnswer, ContextList } from './model.ts'

const resource = { tags: ['Contexts'], access: 'api_key' } as const satisfies Partial<Operation>
const one = { status: 200, description: 'The context', schema: ContextAnswer } as const
const missing = { 404: 'No such context' }

export const listContexts: Operation = {
  ...resource,
  operationId: 'ContextsController_listContexts',
  summary: 'List all contexts',
  description: 'Your contexts, newest first, a page at a time.',
  answer: { status: 200, description: 'A page of contexts', schema: ContextList },
  sdk: 'contexts.list({ search: "acme" })',
}

export const createContext: Operation = {
  ...resource,
  operationId: 'ContextsController_createContext',
  summary: 'Create a context',
  description:
    'A record of yours that links and connections can belong to. Those that come with a request ' +
    'are made by it; this is for data that should be there before.',
  answer: { ...one, status: 201 },
  errors: {
    409: 'There is one of that type and id, or a request with the same key is still running',
  },
  example: { type: 'tenant', id: 'org-acme', data: { name: 'Acme Corp' } },
  sdk: 'contexts.create($body)',
}

export const getContext: Operation = {
  ...resource,
  operationId: 'ContextsController_getContext',
  summary: 'Retrieve a context',
  description: 'One context, by its type and id.',
  answer: one,
  errors: missing,
  sdk: 'contexts.retrieve("org-acme", "tenant")',
}

export const updateContext: Operation = {
  ...resource,
  operationId: 'ContextsController_updateContext',
  summary: 'Update a context',
  description: 'Replaces the data of a context.',
  answer: one,
  errors: missing,
  example: { data: { name: 'Acme Corporation' } },
  sdk: 'contexts.update({ type: "tenant", id: "org-acme", updateContextRequestDto: $body })',
}

export const deleteContext: Operation = {
  ...resource,
  operationId: 'ContextsController_deleteContext',
  summary: 'Delete a context',
  description: 'Removes the record. What belongs to the context keeps its key.',
  answer: { status: 204, description: 'It is gone', schema: null },
  errors: missing,
  sdk: 'contexts.delete("org-acme", "tenant")',
}
