import { Type } from '@sinclair/typebox'
import { createIntegration } from '../api/integrations/create.ts'
import { ApiError } from '../http/api-error.ts'
import { isUniqueViolation } from '../store/failures.ts'
import { defineAction, type OperatorContext, requireEnvironment } from './action.ts'
import { UsageError } from './usage-error.ts'

const OptionalText = Type.Union([Type.String(), Type.Null()])
const Summary = Type.Object({
  id: Type.String(),
  identifier: Type.String(),
  providerId: Type.String(),
  active: Type.Boolean(),
})

/** Makes latch know an app that the operator has registered at a provider. */
export const createIntegrationAction = defineAction({
  name: 'integrations.create',
  input: Type.Object({
    environmentId: OptionalText,
    providerId: Type.String(),
    identifier: OptionalText,
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.String({ minLength: 1 }),
    /** Credentials that only the provider has. */
    own: Type.Record(Type.String(), Type.String()),
  }),
  output: Summary,
  run: async (context, { environmentId, providerId, identifier, clientId, clientSecret, own }) => {
    if (!context.providers.has(providerId)) {
      const choices = [...context.providers.keys()].join(', ')
      throw new UsageError(`there is no provider ${providerId}: it is one of ${choices}`)
    }
    const { id, organizationId } = await requireEnvironment(context.store, environmentId)
    const body = {
      providerId,
      channel: 'chat' as const,
      identifier: identifier ?? providerId,
      active: true,
      credentials: { ...own, clientId, secretKey: clientSecret },
    }
    const made = createIntegration(context, { environmentId: id, organizationId }, body)
    await commitOrRefuse(context, made)
    const { _id, active } = made.body
    return { id: _id, identifier: body.identifier, providerId, active }
  },
})

/** Of an environment, without credentials. */
export const listIntegrationsAction = defineAction({
  name: 'integrations.list',
  input: Type.Object({ environmentId: OptionalText }),
  output: Type.Array(Summary),
  run: async ({ store }, { environmentId }) => {
    const environment = await requireEnvironment(store, environmentId)
    return (await store.integrations.list(environment.id)).map(
      ({ id, identifier, providerId, active }) => ({ id, identifier, providerId, active }),
    )
  },
})

/** Puts another client secret in the place of one that was replaced at the provider. */
export const setClientSecretAction = defineAction({
  name: 'integrations.set-secret',
  input: Type.Object({
    environmentId: OptionalText,
    identifier: Type.String(),
    clientSecret: Type.String({ minLength: 1 }),
  }),
  output: Summary,
  run: async ({ store, clock }, { environmentId, identifier, clientSecret }) => {
    const environment = await requireEnvironment(store, environmentId)
    const found = await store.integrations.findByIdentifier(environment.id, identifier)
    if (found === null) throw new UsageError(`there is no integration ${identifier} here`)
    const credentials = { ...found.credentials, secretKey: clientSecret }
    await store.commit([store.integrations.update(found.id, { credentials }, clock())])
    const { id, providerId, active } = found
    return { id, identifier, providerId, active }
  },
})

async function commitOrRefuse(
  { store }: OperatorContext,
  { writes, ifTaken }: ReturnType<typeof createIntegration>,
): Promise<void> {
  try {
    await store.commit(writes)
  } catch (error) {
    if (isUniqueViolation(error) && ifTaken instanceof ApiError) {
      throw new UsageError(`${ifTaken.publicMessage}: choose another with --identifier`)
    }
    throw error
  }
}
