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
/** Anyone who knows it can send messages or raise alarms: see `secretFieldsOf`. */
const SECRET = { isSecret: true }
const secret = Type.String(SECRET)
const shape = (properties: TProperties): TSchema =>
  Type.Object(properties, { additionalProperties: false })

/** The schemas of types that belong to none of latch's providers, as Novu validates them. */
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

/** Types whose `url` a backend sends messages to. */
const TYPES_WITH_CALLED_URL: ReadonlySet<string> = new Set(['webhook', 'tool_webhook'])

/** Types of providers that latch does not support, with the name used in Novu's messages. */
export const OTHER_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['webex_room', 'a Webex Messaging'],
  ['webex_person', 'a Webex Messaging'],
  ['pagerduty_service', 'a PagerDuty'],
  ['opsgenie_integration', 'an Opsgenie'],
  ['grafana_oncall_integration', 'a Grafana'],
  ['tool_webhook', 'a Tool webhook'],
])

/** The schema of every endpoint type: first the providers' own, then Novu's others. */
const shapesOf = (providers: Providers): ReadonlyMap<string, TSchema> =>
  new Map([
    ...endpointTypes(providers).map(({ type, shape }) => [type, shape] as const),
    ...OTHER_SHAPES,
  ])

type TypeDeps = {
  providers: Providers
  config: Pick<Config, 'allowPrivateWebhooks'>
}

/** All endpoint types. */
export const endpointTypeNames = (providers: Providers): string[] => [...shapesOf(providers).keys()]

/** Explains why an endpoint type is invalid; null if it is valid. */
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
 * Explains why a value is invalid for an endpoint type; null if it is valid. Besides matching the
 * schema, which is Novu's, a webhook must have a URL that may be called.
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
  if (!TYPES_WITH_CALLED_URL.has(type) || typeof url !== 'string') return null
  const problem = refuseWebhookUrl(url, config)
  return problem === null ? null : `endpoint.url ${problem}`
}

/**
 * The secret fields of an endpoint type. The providers' own types hold identities and channel ids,
 * none of which is a secret.
 */
function secretFieldsOf(type: string): readonly string[] {
  const shape = OTHER_SHAPES.get(type)
  if (shape === undefined || !TypeGuard.IsObject(shape)) return []
  return Object.keys(shape.properties).filter(
    (name) => shape.properties[name]?.['isSecret'] === true,
  )
}

/**
 * Separates the secrets from an endpoint's value: they are stored sealed, in a column of their own.
 */
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

/** An endpoint's complete value, with its secrets in plain text. */
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

/** The secrets that this type requires and the value lacks. */
export const missingSecrets = (
  type: string,
  value: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const shape = OTHER_SHAPES.get(type)
  const required: readonly string[] = shape?.['required'] ?? []
  return secretFieldsOf(type).filter((name) => required.includes(name) && !(name in value))
}
