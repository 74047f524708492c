import type { ApiDeps } from '../../http/api-deps.ts'
import type { Api } from '../../http/pipeline.ts'
import { lookUpIdentity } from './look-up.ts'
import { resolveIdentities } from './resolve.ts'
import { createSpeakerToken } from './token.ts'

/** Operations that find out which subscriber a chat user is. */
export const identities = (deps: ApiDeps) => (app: Api) =>
  app.use(lookUpIdentity(deps)).use(resolveIdentities(deps)).use(createSpeakerToken(deps))
