import type { Deps } from '../../deps.ts'
import { contextWrites } from '../../domain/contexts/payload.ts'
import { badRequest, conflict, invalid, notFound } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { endpointKind } from '../../providers/declared.ts'
import { freshRow } from '../../store/fresh-row.ts'
import type { Write } from '../../store/writer/writes.ts'
import { requireIntegration } from '../integrations/find.ts'
import { requireContexts } from '../read-contexts.ts'
import type { ChannelEndpoint, CreateEndpointBody } from './model.ts'
import { presentEndpoint } from './present.ts'
import { hasShape, knownTypes, OTHER_PROVIDERS, wrongShape } from './shapes.ts'

/** An endpoint that the backend knows itself, in Novu's order of checks (novu-behaviour §4.2). */
export async function createEndpoint(
  deps: Deps,
  caller: Caller,
  body: CreateEndpointBody,
): Promise<Answer<ChannelEndpoint>> {
  const { store } = deps
  const { environmentId } = caller
  refuseWrongShape(deps, body)
  const contexts = requireContexts(body.context)
  const integration = await requireIntegration(deps, caller, body.integrationIdentifier)
  const newSubscriber = await subscriberWrites(deps, caller, body)
  const identifier = body.identifier ?? `chendp_${deps.random.identifier()}`
  const taken = conflict(
    'endpoint_exists',
    `Channel endpoint with identifier "${identifier}" already exists in environment "${environmentId}"`,
  )
  if ((await store.endpoints.find(environmentId, identifier)) !== null) throw taken
  const other = OTHER_PROVIDERS.get(body.type)
  if (other !== undefined) {
    const message = `Channel endpoint type "${body.type}" requires ${other} integration`
    throw badRequest('integration_of_another_kind', message)
  }
  const connectionIdentifier = body.connectionIdentifier ?? null
  if (
    connectionIdentifier !== null &&
    (await store.connections.find(integration.id, connectionIdentifier)) === null
  ) {
    const message = `Channel connection not found: ${connectionIdentifier}`
    throw notFound('connection_not_found', message)
  }
  const endpoint = {
    ...freshRow(deps, environmentId),
    integrationId: integration.id,
    identifier,
    connectionIdentifier,
    subscriberId: body.subscriberId,
    contextKeys: [...contexts.keys],
    type: body.type,
    kind: endpointKind(deps.providers, body.type),
    endpoint: body.endpoint,
    reachAttempts: 0,
    reachNextAttemptAtMs: null,
    reachProblem: null,
  }
  const { providerId, channel } = integration
  const shown = { ...endpoint, integrationIdentifier: integration.identifier, providerId, channel }
  return {
    status: 201,
    body: presentEndpoint(shown),
    writes: [
      ...newSubscriber,
      ...contextWrites(deps, environmentId, contexts),
      store.endpoints.insert(endpoint),
    ],
    ifTaken: taken,
  }
}

function refuseWrongShape({ providers }: Deps, { type, endpoint }: CreateEndpointBody): void {
  const types = knownTypes(providers)
  if (!types.includes(type)) {
    const messages = [`type must be one of the following values: ${types.join(', ')}`]
    throw invalid({ type: { messages, value: type } })
  }
  if (!hasShape(providers, type, endpoint)) {
    throw invalid({ endpoint: { messages: [wrongShape(type)], value: endpoint } })
  }
}

async function subscriberWrites(
  deps: Deps,
  { environmentId }: Caller,
  { subscriberId, createSubscriberIfMissing }: CreateEndpointBody,
): Promise<Write[]> {
  const { store } = deps
  if ((await store.subscribers.find(environmentId, subscriberId)) !== null) return []
  if (createSubscriberIfMissing !== true && !deps.config.autoCreateSubscribers) {
    throw notFound(
      'subscriber_not_found',
      `Subscriber not found: ${subscriberId}. Pass createSubscriberIfMissing: true to create it, ` +
        'or provision it via POST /v1/subscribers.',
    )
  }
  const fresh = freshRow(deps, environmentId)
  return [store.subscribers.insertIfMissing({ ...fresh, subscriberId, profile: {} })]
}
