import { type Static, type TOptional, type TSchema, type TUnion, Type } from '@sinclair/typebox'
import { isLoopback } from '../../config-reader.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerCredentials } from '../../providers/declared.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'
import { createShape, type FieldError, type Invalid, invalid } from '../shape.ts'

/** What latch reads of an app, whichever provider it is at. */
const APP = {
  clientId: Type.String({ description: "The app's client id." }),
  secretKey: Type.String({ description: "The app's client secret." }),
}

/** How latch uses an app. These are no secrets, and are shown to whoever has an API key. */
const SETTINGS = {
  redirectUrl: Type.String({
    description:
      'Where users are sent when a link has ended, in place of a page of latch: exactly this, ' +
      'with `status` (`linked`, `connected` or `error`) and `error` (a code) added.',
  }),
  openerOrigin: Type.String({
    description:
      'The origin of the page that opens links in a popup: it is told of the end by ' +
      '`postMessage` with `{source: "latch", status, error}`.',
  }),
  binding: Type.Literal('cookie', {
    description:
      '`cookie`: only the browser that opens a link may complete it. Links then lead through ' +
      'latch first. Leave it out where links are opened by other means than a browser.',
  }),
  hmac: Type.Boolean({ description: 'Take a context only with its `contextHash`.' }),
}

type OrNull<Schema extends TSchema> = TOptional<TUnion<[Schema, ReturnType<typeof Type.Null>]>>

/** Left out: it stays as it is. Null: it is removed. */
const orNull = <Schema extends TSchema>(schema: Schema): OrNull<Schema> => {
  const { description = '' } = schema
  return Type.Optional(Type.Union([schema, Type.Null()], { description }))
}

/** The settings as they are shown: those that are set. */
export const IntegrationSettings = Type.Partial(Type.Object(SETTINGS), {
  additionalProperties: false,
})
export type IntegrationSettings = Static<typeof IntegrationSettings>

const settingsShape = createShape(IntegrationSettings)

/** Not `in`: every object has a `constructor`, and who gives it must not get a setting by it. */
const isSetting = (name: string): boolean => Object.hasOwn(SETTINGS, name)

/** The settings as they are given, one by one. */
export const settingChanges = {
  redirectUrl: orNull(SETTINGS.redirectUrl),
  openerOrigin: orNull(SETTINGS.openerOrigin),
  binding: orNull(SETTINGS.binding),
  hmac: orNull(SETTINGS.hmac),
} satisfies { [Name in keyof typeof SETTINGS]: OrNull<(typeof SETTINGS)[Name]> }

/** Credentials as they are given, one by one: the app's, each provider's own, and the settings. */
export const credentialChanges = (providers: Providers) => ({
  clientId: orNull(APP.clientId),
  secretKey: orNull(APP.secretKey),
  ...Object.fromEntries(
    Object.entries(providerCredentials(providers)).map(([name, schema]) => [
      name,
      orNull(Type.Optional(schema, false)),
    ]),
  ),
  ...settingChanges,
})

/** What is given of credentials and settings. A setting may come in either place, as at Novu. */
export type CredentialChanges = {
  credentials?: Readonly<Record<string, unknown>>
  configurations?: Readonly<Record<string, unknown>>
}

/**
 * The stored credentials with those that are given: what is not named stays, null removes. Properties
 * that are neither text nor a truth value are none of latch's, and are left out.
 */
export function applyCredentialChanges(
  stored: Credentials,
  { credentials, configurations }: CredentialChanges,
): Credentials {
  const settings = Object.entries(configurations ?? {}).filter(([name]) => isSetting(name))
  const named = new Map<string, unknown>([...Object.entries(credentials ?? {}), ...settings])
  const kept = Object.entries(stored).filter(([name]) => named.get(name) === undefined)
  const set = [...named].filter(
    (entry): entry is [string, string | boolean] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'boolean',
  )
  return Object.fromEntries([...kept, ...set])
}

/** The part of stored credentials that is no secret. */
export function settingsOf(credentials: Credentials): IntegrationSettings {
  const set = Object.entries(credentials).filter(([name]) => isSetting(name))
  const read = settingsShape.read(Object.fromEntries(set))
  return read.kind === 'valid' ? read.value : {}
}

/**
 * Users are sent to, and told of, these addresses. So what is not plainly the https address of
 * somebody (`//evil`, `https:evil`, `https://us@evil`, line breaks) is refused when it is set
 * (RFC 9700 §4.11). Null where all of them are safe.
 */
export function refuseUnsafeAddresses(given: CredentialChanges): Invalid | null {
  const errors: Record<string, FieldError> = {}
  for (const place of ['credentials', 'configurations'] as const) {
    const { redirectUrl, openerOrigin } = given[place] ?? {}
    if (typeof redirectUrl === 'string' && !isSafe(redirectUrl)) {
      const messages = ['redirectUrl must be an https address, with no user and no fragment']
      errors[`${place}.redirectUrl`] = { messages, value: redirectUrl }
    }
    if (typeof openerOrigin === 'string' && !isOrigin(openerOrigin)) {
      const messages = ['openerOrigin must be an origin, such as https://app.example.com']
      errors[`${place}.openerOrigin`] = { messages, value: openerOrigin }
    }
  }
  return Object.keys(errors).length > 0 ? invalid(errors) : null
}

function isSafe(text: string): boolean {
  // Parsers of URLs forgive what a person would not read as the same address.
  if (!/^https?:\/\/[^\s\\@#]+$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

const isOrigin = (text: string): boolean => isSafe(text) && URL.parse(text)?.origin === text
