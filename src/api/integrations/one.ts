import type { Deps } from '../../deps.ts'
import { badRequest, conflict, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { refuseUnsafeAddresses } from './addresses.ts'
import type { IntegrationAnswer, IntegrationList, UpdateIntegrationBody } from './model.ts'
import { refuseOtherEnvironment } from './other-environment.ts'
import { presentIntegration } from './present.ts'

/** All of the environment, or the active ones; credentials are shown empty. */
export async function listIntegrations(
  { store }: Deps,
  caller: Caller,
  which: 'all' | 'active',
): Promise<IntegrationList> {
  const found = await store.integrations.list(caller.environmentId)
  return {
    data: found
      .filter(({ active }) => active || which === 'all')
      .map((integration) => ({ ...presentIntegration(caller, integration), credentials: {} })),
  }
}

async function find(
  { store }: Deps,
  { environmentId }: Caller,
  id: string,
  noun: 'Entity' | 'Integration' = 'Entity',
): Promise<Integration> {
  const found = await store.integrations.findById(environmentId, id.toLowerCase())
  if (found !== null) return found
  throw notFound('integration_not_found', `${noun} with id ${id} not found`)
}

/** Changes what is sent; credentials as a whole. Throws 404, 409, and 400 where nothing is sent. */
export async function updateIntegration(
  deps: Deps,
  caller: Caller,
  id: string,
  body: UpdateIntegrationBody,
): Promise<Answer<IntegrationAnswer>> {
  const { store, clock } = deps
  refuseOtherEnvironment(caller, body)
  const { name, identifier, active, credentials } = body
  const found = await find(deps, caller, id)
  const nothingSent = [name, identifier, active, credentials].every((value) => value === undefined)
  if (nothingSent) throw badRequest('nothing_to_update', 'No properties found for update')
  refuseUnsafeAddresses(credentials ?? {})
  const changes = {
    ...(name !== undefined && { name }),
    ...(identifier !== undefined && { identifier }),
    ...(active !== undefined && { active }),
    ...(credentials !== undefined && { credentials: { ...credentials } }),
  }
  const nowMs = clock()
  return {
    status: 200,
    body: presentIntegration(caller, { ...found, ...changes, updatedAtMs: nowMs }),
    writes: [store.integrations.update(found.id, changes, nowMs)],
    ifTaken: conflict('integration_exists', 'Integration with identifier already exists'),
  }
}

/** Takes connections and endpoints along, and answers those that are left. Throws 404. */
export async function deleteIntegration(
  deps: Deps,
  caller: Caller,
  id: string,
): Promise<Answer<IntegrationList>> {
  const found = await find(deps, caller, id)
  const { data } = await listIntegrations(deps, caller, 'all')
  return {
    status: 200,
    body: { data: data.filter(({ _id }) => _id !== found.id) },
    writes: [deps.store.integrations.delete(caller.environmentId, found.id)],
  }
}

/** Chat has no primary integration, at Novu either. Throws 404 or 400, always. */
export async function setPrimary(
  deps: Deps,
  caller: Caller,
  id: string,
): Promise<Answer<IntegrationAnswer>> {
  const { channel } = await find(deps, caller, id, 'Integration')
  throw badRequest('no_primary', `Channel ${channel} does not support primary`)
}
