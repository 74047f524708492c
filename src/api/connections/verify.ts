import type { Deps } from '../../deps.ts'
import { ApiError } from '../../http/api-error.ts'
import type { Caller } from '../../http/authenticate.ts'
import type { Answer } from '../../http/perform.ts'
import { findConnection, getConnection } from './get.ts'
import type { ChannelConnection } from './model.ts'
import { refreshTokens } from './refresh.ts'

/**
 * Proves that a connection's tokens can be refreshed, by refreshing them; one that does not rotate
 * passes. Throws 404, and 502 where the provider refuses: what is stored is then as it was.
 */
export async function verifyConnection(
  deps: Deps,
  caller: Caller,
  identifier: string,
): Promise<Answer<ChannelConnection>> {
  const { connection, integration } = await findConnection(deps, caller, identifier)
  const refresh = await refreshTokens(deps, connection.id)
  switch (refresh.kind) {
    case 'in_progress':
      throw badGateway(
        'refresh_in_progress',
        `A token refresh for the ${titleOf(deps, integration)} channel connection is already in ` +
          'progress. Retry the verification in a few seconds.',
      )
    case 'refused': {
      const { provider, error } = refresh
      const advice = `Reconnect the ${provider} channel connection.`
      throw badGateway('refresh_refused', `${provider} token refresh failed: ${error}. ${advice}`)
    }
    case 'not_consented': {
      const { provider, problem } = refresh
      throw badGateway('consent_not_proven', `${provider} admin consent is not proven: ${problem}`)
    }
    case 'unavailable':
      throw badGateway('provider_unavailable', `${refresh.provider} could not be reached`)
    case 'not_rotating':
    case 'refreshed':
      return { status: 200, body: await getConnection(deps, caller, identifier), writes: [] }
  }
}

const titleOf = ({ providers }: Deps, { providerId }: { providerId: string }): string =>
  providers.get(providerId)?.title ?? providerId

const badGateway = (code: string, message: string): ApiError => new ApiError(502, code, message)
