import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { createContext } from './create.ts'
import { deleteContext } from './delete.ts'
import { getContext } from './get.ts'
import { listContexts } from './list.ts'
import { updateContext } from './update.ts'

/** Operations on contexts: the customer's own records that links and connections can belong to. */
export const contexts = (deps: ApiDeps) => (app: Api) =>
  app
    .use(listContexts(deps))
    .use(createContext(deps))
    .use(getContext(deps))
    .use(updateContext(deps))
    .use(deleteContext(deps))
