import { Type } from '@sinclair/typebox'
import { commit } from '../domain/commit.ts'
import { findIntegration } from '../domain/integrations/find.ts'
import {
  createIntegration,
  findProvider,
  updateIntegration,
} from '../domain/integrations/integrations.ts'
import { integrationChangesShape, integrationShape } from '../domain/integrations/shape.ts'
import { inOneLine } from '../domain/shape.ts'
import type { ListedIntegration } from '../store/integrations/integrations.ts'
import { commandActor, defineAction, readInput, requireEnvironment } from './action.ts'
import { UsageError } from './errors.ts'

const CREATE = 'integrations.create'
const SET_SECRET = 'integrations.set-secret'

const OptionalText = Type.Union([Type.String(), Type.Null()])
const Summary = Type.Object({
  id: Type.String(),
  identifier: Type.String(),
  providerId: Type.String(),
  active: Type.Boolean(),
})

const summaryOf = ({ id, identifier, providerId, active }: ListedIntegration) => ({
  id,
  identifier,
  providerId,
  active,
})

/** Registers a provider app: stores an app that the operator created at a provider. */
export const createIntegrationAction = defineAction({
  name: CREATE,
  input: Type.Object({
    environmentId: OptionalText,
    providerId: Type.String(),
    identifier: OptionalText,
    name: Type.Optional(Type.String()),
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.String({ minLength: 1 }),
    /** Provider-specific credentials. */
    own: Type.Record(Type.String(), Type.String()),
  }),
  output: Summary,
  run: async (context, { environmentId, providerId, identifier, name, ...app }) => {
    const { clientId, clientSecret, own } = app
    const found = findProvider(context.providers, providerId)
    if (found.kind === 'unknown_provider') throw noProvider(providerId, found.known)
    const environment = await requireEnvironment(context, environmentId)
    const given = readInput(integrationShape(context.providers), {
      providerId,
      channel: 'chat',
      identifier: identifier ?? providerId,
      ...(name !== undefined && { name }),
      active: true,
      credentials: { ...own, clientId, secretKey: clientSecret },
    })
    const made = await commit(context, commandActor(CREATE), () =>
      createIntegration(context, environment.id, given),
    )
    switch (made.kind) {
      case 'accepted':
        return summaryOf(made.value)
      case 'integration_exists':
        throw new UsageError(
          'An integration with this identifier already exists. Choose another with --identifier.',
        )
      case 'unknown_provider':
        throw noProvider(providerId, made.known)
      case 'invalid':
        throw new UsageError(inOneLine(made))
    }
  },
})

const noProvider = (providerId: string, known: readonly string[]): UsageError =>
  new UsageError(`No such provider: ${providerId}. It must be one of ${known.join(', ')}.`)

/** Lists an environment's integrations, without credentials. */
export const listIntegrationsAction = defineAction({
  name: 'integrations.list',
  input: Type.Object({ environmentId: OptionalText }),
  output: Type.Array(Summary),
  run: async (context, { environmentId }) => {
    const environment = await requireEnvironment(context, environmentId)
    return (await context.store.integrations.list(environment.id)).map(summaryOf)
  },
})

/** Replaces the client secret, after it was replaced at the provider. */
export const setClientSecretAction = defineAction({
  name: SET_SECRET,
  input: Type.Object({
    environmentId: OptionalText,
    identifier: Type.String(),
    clientSecret: Type.String({ minLength: 1 }),
  }),
  output: Summary,
  run: async (context, { environmentId, identifier, clientSecret }) => {
    const environment = await requireEnvironment(context, environmentId)
    const changes = readInput(integrationChangesShape(context.providers), {
      credentials: { secretKey: clientSecret },
    })
    const changed = await commit(context, commandActor(SET_SECRET), async () => {
      const found = await findIntegration(context, environment.id, identifier)
      if (found.kind !== 'integration') return found
      return updateIntegration(context, environment.id, found.integration.id, changes)
    })
    if (changed.kind === 'accepted') return summaryOf(changed.value)
    throw new UsageError(
      changed.kind === 'invalid' ? inOneLine(changed) : `No such integration: ${identifier}`,
    )
  },
})
