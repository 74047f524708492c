import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { type CommitDeps, commit } from '../domain/commit.ts'
import { hasToken, IDENTITY_ONLY } from '../domain/connections/auth.ts'
import { addConnection, type ConnectionRefused } from '../domain/connections/connections.ts'
import { NewConnection } from '../domain/connections/shape.ts'
import type { ContextPayload } from '../domain/contexts/payload.ts'
import type { Actor } from '../domain/decision.ts'
import { createEndpoint, type EndpointRefused } from '../domain/endpoints/endpoints.ts'
import { NewEndpoint } from '../domain/endpoints/shape.ts'
import { missingSecrets } from '../domain/endpoints/types.ts'
import { createShape, type Invalid, inOneLine, invalid } from '../domain/shape.ts'
import { type ImportOutcome, known, skipped, stored, timesOf } from './import-outcome.ts'
import type { RecordOf } from './records.ts'

export type ChannelDeps = CommitDeps &
  Pick<Deps, 'providers' | 'random' | 'clock'> & {
    config: Pick<Config, 'autoCreateSubscribers' | 'allowPrivateWebhooks'>
    environmentId: string
  }

export type ChannelImporter = {
  connection(record: RecordOf<'connection'>): Promise<ImportOutcome>
  endpoint(record: RecordOf<'endpoint'>): Promise<ImportOutcome>
}

const newConnection = createShape(NewConnection)
const newEndpoint = createShape(NewEndpoint)

/** Stores connections and endpoints by the API's rules, keeping their identifiers. */
export function createChannelImporter(deps: ChannelDeps, actor: Actor): ChannelImporter {
  const { store, environmentId } = deps
  return {
    async connection({ contextKeys, origin, ...record }) {
      const { identifier, integrationIdentifier, subscriberId, workspace } = record
      if ((await store.connections.findWithAuth(environmentId, identifier)) !== null) return known
      const context = contextOf(contextKeys)
      if (context.kind === 'invalid') return skipped(inOneLine(context))
      const read = newConnection.read({
        identifier,
        integrationIdentifier,
        ...(subscriberId !== null && { subscriberId }),
        ...context.part,
        workspace,
        // Without its token a connection still identifies a workspace, which is all that a link
        // needs.
        auth: record.auth ?? { accessToken: IDENTITY_ONLY },
      })
      if (read.kind === 'invalid') return skipped(inOneLine(read))
      const isOwned = subscriberId !== null || context.part.context !== undefined
      const decided = await commit(deps, actor, () =>
        addConnection(deps, environmentId, {
          ...read.value,
          identifier,
          subscriberId,
          origin: originOf(origin, { isOwned, hasToken: hasToken(read.value.auth) }),
          times: timesOf(record),
        }),
      )
      return decided.kind === 'accepted' ? stored : refusedConnection(decided)
    },

    async endpoint({ contextKeys, connectionIdentifier, ...record }) {
      const { identifier } = record
      if ((await store.endpoints.find(environmentId, identifier)) !== null) return known
      const context = contextOf(contextKeys)
      if (context.kind === 'invalid') return skipped(inOneLine(context))
      const read = newEndpoint.read({
        identifier,
        type: record.type,
        endpoint: record.endpoint,
        subscriberId: record.subscriberId,
        integrationIdentifier: record.integrationIdentifier,
        ...(connectionIdentifier !== null && { connectionIdentifier }),
        ...context.part,
      })
      if (read.kind === 'invalid') return skipped(inOneLine(read))
      const [missing] = missingSecrets(record.type, record.endpoint)
      if (missing !== undefined) {
        return skipped(missingSecretText(record.type, missing))
      }
      const decided = await commit(deps, actor, () =>
        createEndpoint(deps, environmentId, read.value, {
          times: timesOf(record),
          workspaceId: record.workspaceId,
          workspaceAlias: record.workspaceAlias,
          verification: 'imported',
        }),
      )
      return decided.kind === 'accepted' ? stored : refusedEndpoint(decided)
    },
  }
}

/**
 * A connection with an owner was installed, and counts towards the owner's connections. One with
 * neither owner nor token is what latch creates when people link.
 */
function originOf(
  origin: RecordOf<'connection'>['origin'] = 'api',
  { isOwned, hasToken }: { isOwned: boolean; hasToken: boolean },
): NonNullable<RecordOf<'connection'>['origin']> {
  if (isOwned) return origin === 'identity' ? 'install' : origin
  return hasToken ? origin : 'identity'
}

/** The contexts of a record in the API's request format: one id for each type. */
function contextOf(
  keys: readonly string[] = [],
): { kind: 'context'; part: { context?: ContextPayload } } | Invalid {
  if (keys.length === 0) return { kind: 'context', part: {} }
  const context = new Map<string, string>()
  for (const key of keys) {
    const colon = key.lastIndexOf(':')
    const type = key.slice(0, colon)
    if (colon < 1) return invalidKeys(`the context ${key} must have the form type:id`)
    if (context.has(type)) return invalidKeys(`it has two contexts of type ${type}`)
    context.set(type, key.slice(colon + 1))
  }
  return { kind: 'context', part: { context: Object.fromEntries(context) } }
}

const invalidKeys = (message: string): Invalid => invalid({ contextKeys: { messages: [message] } })

function refusedConnection(refusal: ConnectionRefused): ImportOutcome {
  switch (refusal.kind) {
    case 'connection_exists':
      return known
    case 'invalid':
      return skipped(inOneLine(refusal))
    case 'owner_required':
    case 'context_required':
    case 'subscriber_required':
      return skipped(
        'it has a token but no owner: add a subscriberId or contextKeys, or remove ' + 'its auth',
      )
    case 'integration_not_found':
      return skipped(`the integration ${refusal.identifier} does not exist`)
    case 'subscriber_not_found':
      return skipped(`the subscriber ${refusal.subscriberId} does not exist`)
    case 'connection_of_owner_exists':
      return skipped(
        'the integration already has a connection for the same subscriber and context: ' +
          refusal.existing.identifier,
      )
    case 'rotation_not_supported':
      return skipped(
        `it has a refreshToken, but latch does not refresh tokens of ${refusal.providerId}`,
      )
    case 'integration_without_credentials':
      return skipped(
        `the integration ${refusal.integrationIdentifier}, which refreshes its tokens, needs ` +
          'its client id and secret first: set them, then import again',
      )
  }
}

function refusedEndpoint(refusal: EndpointRefused): ImportOutcome {
  switch (refusal.kind) {
    case 'endpoint_exists':
      return known
    case 'invalid':
      return skipped(inOneLine(refusal))
    case 'integration_not_found':
      return skipped(`the integration ${refusal.identifier} does not exist`)
    case 'subscriber_not_found':
      return skipped(`the subscriber ${refusal.subscriberId} does not exist`)
    case 'connection_not_found':
      return skipped(`its integration has no connection ${refusal.identifier}`)
    case 'connection_not_approved':
      return skipped(`its connection ${refusal.identifier} must be approved first`)
    case 'integration_of_another_kind':
      return skipped(
        `the type ${refusal.type} requires ${refusal.provider} integration, which latch does not have`,
      )
    case 'linked_to_another_subscriber':
      return skipped(
        `its chat user is already linked to the subscriber ${refusal.existing.subscriberId}: ` +
          refusal.existing.identifier,
      )
    case 'user_linked_already':
      return skipped(`the subscriber is already linked there: ${refusal.existing.identifier}`)
  }
}

/** An export without secrets leaves out values that an endpoint of this type needs. */
const missingSecretText = (type: string, field: string): string =>
  `Endpoint must match the required format for type "${type}": its ${field} is missing. ` +
  'Export again, with --with-secrets'
