import { type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Providers } from '../../providers/create-providers.ts'
import { endpointTypes } from '../../providers/declared.ts'

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

export const knownTypes = (providers: Providers): readonly string[] => [
  ...shapesOf(providers).keys(),
]

export const hasShape = (providers: Providers, type: string, endpoint: unknown): boolean => {
  const wanted = shapesOf(providers).get(type)
  return wanted !== undefined && Value.Check(wanted, endpoint)
}

export const wrongShape = (type: string): string =>
  `Endpoint must match the required format for type "${type}"`
