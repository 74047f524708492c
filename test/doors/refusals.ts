import type { Doors } from './doors.ts'
import { OF_COMMANDS } from './refusals/commands.ts'
import { OF_CONNECTIONS } from './refusals/connections.ts'
import { OF_ENDPOINTS } from './refusals/endpoints.ts'
import { OF_IDENTITIES } from './refusals/identities.ts'
import { OF_INTEGRATIONS } from './refusals/integrations.ts'
import { OF_LINKS } from './refusals/links.ts'
import type { Refusal } from './refusals/requests.ts'
import { OF_SUBSCRIBERS } from './refusals/subscribers.ts'
import { CONNECTION, CONTEXT, ENDPOINT, INTEGRATION, SUBSCRIBER } from './samples.ts'

/** What the requests below find; `$integration` in a path is the id of one of them. */ export async function prepare({
  service,
}: Doors): Promise<{ integrationId: string }> {
  const make = async (path: string, body: object): Promise<unknown> => {
    const answer = await service.api('POST', path, body)
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`)
    return answer.body
  }
  const integration = (identifier: string, credentials: object): Promise<unknown> =>
    make('/v1/integrations', { ...INTEGRATION, configurations: {}, identifier, credentials })
  await make('/v2/subscribers', SUBSCRIBER)
  await make('/v2/contexts', CONTEXT)
  await integration('bare', {})
  await integration('no-id', { secretKey: 'secret' })
  await integration('hashed', { clientId: '1.2', secretKey: 'secret', hmac: true })
  await make('/v1/channel-connections', CONNECTION)
  await make('/v1/channel-endpoints', ENDPOINT)
  await make('/v2/subscribers', { subscriberId: 'grace' })
  const hers = { subscriberId: 'grace', identifier: 'hers', endpoint: { userId: 'U0GRACE' } }
  await make('/v1/channel-endpoints', { ...ENDPOINT, ...hers })
  const url = 'https://example.com/hook'
  await make('/v1/channel-endpoints', {
    ...ENDPOINT,
    identifier: 'hook',
    type: 'webhook',
    endpoint: { url },
  })
  const { body } = await service.api('GET', '/v1/integrations')
  const found = (body as { data: { _id: string; identifier: string }[] }).data
  return { integrationId: String(found.find(({ identifier }) => identifier === 'bare')?._id) }
}

/** Every refusal, by the concept whose rule refuses. */
export const REFUSALS: readonly Refusal[] = [
  ...OF_INTEGRATIONS,
  ...OF_SUBSCRIBERS,
  ...OF_CONNECTIONS,
  ...OF_LINKS,
  ...OF_ENDPOINTS,
  ...OF_COMMANDS,
  ...OF_IDENTITIES,
]
