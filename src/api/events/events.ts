import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { listEvents } from './list.ts'

/** The operation on events. */
export const events = (deps: ApiDeps) => (app: Api) => app.use(listEvents(deps))
