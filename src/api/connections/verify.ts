import { type VerifyResult, verifyCredentials } from '../../domain/connections/verify.ts'
import { accept, type Decision } from '../../domain/decision.ts'
import type { ApiDeps } from '../../http/api-deps.ts'
import { ApiError } from '../../http/api-error.ts'
import { change, reply } from '../../http/change.ts'
import { declares } from '../../http/declares.ts'
import type { Api } from '../../http/pipeline.ts'
import type { ConnectionWithAuth } from '../../store/connections/connections.ts'
import {
  CHANNEL_CONNECTIONS,
  ChannelConnection,
  ConnectionParams,
  connectionNotFound,
  presentConnection,
} from './response.ts'

type Verified = Extract<VerifyResult, { kind: 'refreshed' | 'not_rotating' }>
type NotVerified = Exclude<VerifyResult, Verified> & {
  /** The provider's name, for people. */
  provider: string
}

export const verifyConnection = (deps: ApiDeps) => (app: Api) =>
  app.post(
    '/v1/channel-connections/:identifier/verify',
    ({ params: { identifier }, body, caller, request, set }) => {
      const find = () => deps.store.connections.findWithAuth(caller.environmentId, identifier)
      return change(
        deps,
        { request, body, caller, set },
        {
          prepare: async () => {
            const found = await find()
            if (found === null) return null
            const { providerId } = found.integration
            const provider = deps.providers.get(providerId)?.title ?? providerId
            return { ...(await verifyCredentials(deps, found.connection.id)), provider }
          },
          decide: async (
            refresh,
          ): Promise<
            Decision<ConnectionWithAuth, NotVerified | { kind: 'connection_not_found' }>
          > => {
            if (refresh !== null && !isVerified(refresh)) return refresh
            const found = refresh === null ? null : await find()
            return found === null ? { kind: 'connection_not_found' } : accept(found)
          },
          respond: (decided) => {
            switch (decided.kind) {
              case 'accepted':
                return reply(200, presentConnection(caller, decided.value))
              case 'connection_not_found':
                return connectionNotFound(identifier)
              default:
                return notVerified(decided)
            }
          },
        },
      )
    },
    declares({
      operationId: 'ChannelConnectionsController_verifyChannelConnection',
      summary: 'Verify a channel connection',
      description:
        "Checks that a connection works: refreshes its tokens, or requests the app's own token from " +
        'Microsoft. Succeeds without a check if the tokens do not expire.',
      tag: CHANNEL_CONNECTIONS,
      access: 'write',
      limit: 'configuration',
      holdsSecrets: true,
      params: ConnectionParams,
      responses: {
        200: { description: 'The connection', schema: ChannelConnection },
        404: { description: 'No such connection' },
        502: { description: 'The provider refused; the stored connection is unchanged' },
      },
    }),
  )

const isVerified = (refresh: VerifyResult): refresh is Verified =>
  refresh.kind === 'refreshed' || refresh.kind === 'not_rotating'

function notVerified(refresh: NotVerified): ApiError {
  const { provider } = refresh
  switch (refresh.kind) {
    case 'in_progress':
      return badGateway(
        'refresh_in_progress',
        `A token refresh for the ${provider} channel connection is already in progress. Retry the ` +
          'verification in a few seconds.',
      )
    case 'refused':
      return badGateway(
        'refresh_refused',
        `${provider} token refresh failed: ${refresh.error}. Reconnect the ${provider} channel ` +
          'connection.',
      )
    case 'not_consented':
      return badGateway(
        'consent_not_proven',
        `${provider} admin consent is not proven: ${refresh.problem}`,
      )
    case 'unavailable':
      return badGateway('provider_unavailable', `${provider} could not be reached`)
  }
}

const badGateway = (code: string, message: string): ApiError => new ApiError(502, code, message)
