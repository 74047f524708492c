import { type TProperties, type TSchema, Type, TypeGuard } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Config } from '../../config.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { endpointTypes } from '../../providers/declared.ts'
import type { EndpointValue } from '../../store/endpoints/endpoints.ts'
import { REDACTED } from '../environments/key-permissions.ts'
import { refuseWebhookUrl } from './webhook-url.ts'

const text = Type.String()
const filled = Type.String({ minLength: 1 })
/** Whoever knows it can send messages or raise alarms: see `secretFieldsOf`. */
const SECRET = { isSecret: true }
const secret = Type.String(SECRET)
const shape = (properties: TProperties): TSchema =>
  Type.Object(properties, { additionalProperties: false })

/** The shapes of types that belong to none of latch's providers, as Novu checks them. */
const OTHER_SHAPES: ReadonlyMap<string, TSchema> = new Map([
  ['webhook', shape({ url: secret, channel: Type.Optional(text) })],
  ['phone', shape({ phoneNumber: text })],
  ['telegram_chat', shape({ chatId: text })],
  ['line_user', shape({ userId: text })],
  ['webex_room', shape({ roomId: filled, parentId: Type.Optional(filled) })],
  ['webex_person', Type.Union([shape({ personId: filled }), shape({ personEmail: filled })])],
  [
    'pagerduty_service',
    shape({
      routingKey: Type.String({ ...SECRET, pattern: '^[A-Za-z0-9]{32}$' }),
      region: Type.Union([Type.Literal('us'), Type.Literal('eu')]),
    }),
  ],
  [
    'opsgenie_integration',
    shape({
      apiKey: Type.String({
        ...SECRET,
        pattern: '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
      }),
      region: Type.Union([Type.Literal('us'), Type.Literal('eu')]),
    }),
  ],
  ['grafana_oncall_integration', shape({ url: secret, authToken: Type.Optional(secret) })],
  [
    'tool_webhook',
    shape({
      url: Type.String({ ...SECRET, pattern: '^https?://' }),
      headers: Type.Optional(Type.Record(Type.String(), text, SECRET)),
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

/**
 * The fields of an endpoint that are secrets, by its type. Those of providers' own types are who
 * somebody is there, and none of them is a secret.
 */
function secretFieldsOf(type: string): readonly string[] {
  const shape = OTHER_SHAPES.get(type)
  if (shape === undefined || !TypeGuard.IsObject(shape)) return []
  return Object.keys(shape.properties).filter(
    (name) => shape.properties[name]?.['isSecret'] === true,
  )
}

/** Takes the secrets out of an endpoint's value: they are stored apart, and sealed. */
export function splitSecrets(
  type: string,
  value: Readonly<Record<string, unknown>>,
): EndpointValue {
  const secrets = secretFieldsOf(type)
  const entries = Object.entries(value)
  const secret = entries.filter(([name]) => secrets.includes(name))
  return {
    endpoint: Object.fromEntries(entries.filter(([name]) => !secrets.includes(name))),
    secret: secret.length === 0 ? null : Object.fromEntries(secret),
  }
}

/** The whole value of an endpoint, with its secrets in clear. */
export const wholeValue = ({ endpoint, secret }: EndpointValue): Record<string, unknown> => ({
  ...endpoint,
  ...secret,
})

/** The value of an endpoint with a placeholder for each secret. */
export function redactedValue({ type, ...stored }: EndpointValue & { type: string }) {
  const { endpoint, secret } = splitSecrets(type, wholeValue(stored))
  const redacted = Object.keys(secret ?? {}).map((name) => [name, REDACTED] as const)
  return { ...endpoint, ...Object.fromEntries(redacted) }
}

/** The secrets that a value of this type must have, and this one has not. */
export const missingSecrets = (
  type: string,
  value: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const shape = OTHER_SHAPES.get(type)
  const required: readonly string[] = shape?.['required'] ?? []
  return secretFieldsOf(type).filter((name) => required.includes(name) && !(name in value))
}
