import { CALLBACK_PATH } from '../../src/domain/links/addresses.ts'
import type { TestService } from '../harness/service.ts'

/** A refusal of the callback, and how somebody comes to it. */
export type CallbackRefusal = {
  kind: string
  status: number
  says: string
  /** The address with which a browser comes back, once what is wrong is so. */
  arrive(service: TestService): Promise<string>
}

const linked = async (service: TestService, changes = {}): Promise<URL> =>
  new URL(await service.consent(await service.link(changes)))

const slackId = async (service: TestService): Promise<string> => {
  const { body } = await service.api('GET', '/v1/integrations')
  const { data } = body as { data: { _id: string; identifier: string }[] }
  return String(data.find(({ identifier }) => identifier === 'slack')?._id)
}

const without = (address: URL, name: string): string => {
  address.searchParams.delete(name)
  return String(address)
}

export const CALLBACK_REFUSALS: readonly CallbackRefusal[] = [
  {
    kind: 'parameter_repeated',
    status: 400,
    says: 'came more than once',
    arrive: async (service) => `${await linked(service)}&state=other`,
  },
  {
    kind: 'state_missing',
    status: 400,
    says: 'Missing required OAuth parameter: state',
    arrive: async (service) => `${service.url}${CALLBACK_PATH}?code=some`,
  },
  {
    kind: 'code_missing',
    status: 400,
    says: 'Missing required OAuth parameters: code or tenant',
    arrive: async (service) => without(await linked(service), 'code'),
  },
  {
    kind: 'state_invalid',
    status: 400,
    says: 'Invalid OAuth state parameter',
    arrive: async (service) => `${service.url}${CALLBACK_PATH}?code=some&state=forged`,
  },
  {
    kind: 'link_expired',
    status: 400,
    says: 'Invalid OAuth state parameter',
    arrive: async (service) => {
      const address = await linked(service)
      service.advance(10 * 60_000)
      return String(address)
    },
  },
  {
    kind: 'authorization_error',
    status: 400,
    says: 'OAuth error: access_denied',
    arrive: async (service) => service.consent(await service.link(), { decision: 'deny' }),
  },
  {
    kind: 'issuer_mismatch',
    status: 400,
    says: 'The iss parameter is not of the provider',
    arrive: async (service) => `${await linked(service)}&iss=https://evil.example`,
  },
  {
    kind: 'integration_gone',
    status: 404,
    says: 'Integration not found',
    arrive: async (service) => {
      const address = await linked(service)
      await service.api('DELETE', `/v1/integrations/${await slackId(service)}`)
      return String(address)
    },
  },
  {
    kind: 'credentials_missing',
    status: 404,
    says: 'missing required OAuth credentials',
    arrive: async (service) => {
      const address = await linked(service)
      const credentials = { secretKey: null }
      await service.api('PUT', `/v1/integrations/${await slackId(service)}`, { credentials })
      return String(address)
    },
  },
  {
    kind: 'subscriber_gone',
    status: 404,
    says: 'Subscriber not found: leaver',
    arrive: async (service) => {
      await service.api('POST', '/v2/subscribers', { subscriberId: 'leaver' })
      const address = await linked(service, { subscriberId: 'leaver' })
      await service.api('DELETE', '/v2/subscribers/leaver')
      return String(address)
    },
  },
  {
    kind: 'connection_gone',
    status: 404,
    says: 'Channel connection not found',
    arrive: async (service) => {
      const address = await linked(service)
      await service.api('DELETE', '/v1/channel-connections/slack-connection-abc123')
      return String(address)
    },
  },
]
