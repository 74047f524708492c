import { type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const text = Type.String()
const filled = Type.String({ minLength: 1 })
const shape = (properties: TProperties): TSchema =>
  Type.Object(properties, { additionalProperties: false })

/** What each type of endpoint must look like, and no more than that (novu-behaviour §4.1). */
const SHAPES: ReadonlyMap<string, TSchema> = new Map([
  ['slack_channel', shape({ channelId: text })],
  ['slack_user', shape({ userId: text })],
  ['ms_teams_channel', shape({ teamId: text, channelId: text })],
  ['ms_teams_user', shape({ userId: text, tenantId: Type.Optional(text) })],
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

export const endpointTypes: readonly string[] = [...SHAPES.keys()]

export const hasShape = (type: string, endpoint: unknown): boolean => {
  const wanted = SHAPES.get(type)
  return wanted !== undefined && Value.Check(wanted, endpoint)
}

export const wrongShape = (type: string): string =>
  `Endpoint must match the required format for type "${type}"`
