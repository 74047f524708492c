import { type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Config } from '../../config.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { endpointTypes } from '../../providers/declared.ts'
import { refuseWebhookUrl } from './webhook-url.ts'

const text = Type.String()
const filled = Type.String({ minLength: 1 })
const shape = (properties: TProperties): TSchema =>
  Type.Object(properties, { additionalProperties: false })

/** The shapes of types that belong to none of latch's providers, as Novu checks them. */
const OTHER_SHAPES: ReadonlyMap<string, TSchema> = new Map([
  ['webhook', shape({ url: text, channel: Type.Optional(text) })],
  ['phone', shape({ phoneNumber: text })],
  ['telegram_chat', shape({ chatId: text })],
  ['line_user', shape({ userId: text })],
  ['webex_room', shape({ roomId: filled, parentId: Type.Optional(filled) })],
  ['webex_person', Type.Union([shape({ personId: filled }), shape({ personEmail: filled })])],
  [
    'pagerduty_service',
    shape({
      routingKey: Type.String({ pattern: '^[A-Za-z0-9]{32}$' }),
      region: Type.Union([Type.Literal('us'), Type.Literal('eu')]),
    }),
  ],
  [
    'opsgenie_integration',
    shape({
      apiKey: Type.String({ pattern: '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' }),
      region: Type.Union([Type.Literal('us'), Type.Literal('eu')]),
    }),
  ],
  ['grafana_oncall_integration', shape({ url: text, authToken: Type.Optional(text) })],
  [
    'tool_webhook',
    shape({
      url: Type.String({ pattern: '^https?://' }),
      headers: Type.Optional(Type.Record(Type.String(), text)),
      method: Type.Optional(
        Type.Union([Type.Literal('POST'), Type.Literal('PUT'), Type.Literal('PATCH')]),
      ),
    }),
  ],
])

/** Types whose `url` somebody is going to send messages to. */
const CALLED_BY_URL: ReadonlySet<string> = new Set(['webhook', 'tool_webhook'])

/** Types that belong to providers which latch does not link with, by the name in Novu's messages. */
export const OTHER_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['webex_room', 'a Webex Messaging'],
  ['webex_person', 'a Webex Messaging'],
  ['pagerduty_service', 'a PagerDuty'],
  ['opsgenie_integration', 'an Opsgenie'],
  ['grafana_oncall_integration', 'a Grafana'],
  ['tool_webhook', 'a Tool webhook'],
])

/** The shape of every type of endpoint: the providers' own first, then the others that Novu has. */
const shapesOf = (providers: Providers): ReadonlyMap<string, TSchema> =>
  new Map([
    ...endpointTypes(providers).map(({ type, shape }) => [type, shape] as const),
    ...OTHER_SHAPES,
  ])

type TypeDeps = {
  providers: Providers
  config: Pick<Config, 'allowPrivateWebhooks'>
}

/** Every type of endpoint that there is. */
export const endpointTypeNames = (providers: Providers): string[] => [...shapesOf(providers).keys()]

/** Why there is no such type of endpoints, or null where there is one. */
export function refuseType(
  { providers }: Pick<TypeDeps, 'providers'>,
  type: string,
): string | null {
  const types = endpointTypeNames(providers)
  return types.includes(type)
    ? null
    : `type must be one of the following values: ${types.join(', ')}`
}

/**
 * Why a value cannot be an endpoint of that type, or null where it can. Beside its shape, which is
 * Novu's, the address of a webhook must be one that may be called.
 */
export function refuseValue(
  { providers, config }: TypeDeps,
  type: string,
  value: Readonly<Record<string, unknown>>,
): string | null {
  const shape = shapesOf(providers).get(type)
  if (shape === undefined || !Value.Check(shape, value)) {
    return `Endpoint must match the required format for type "${type}"`
  }
  const { url } = value
  if (!CALLED_BY_URL.has(type) || typeof url !== 'string') return null
  const problem = refuseWebhookUrl(url, config)
  return problem === null ? null : `endpoint.url ${problem}`
}
