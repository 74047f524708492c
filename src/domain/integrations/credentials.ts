import { type Static, type TOptional, type TSchema, type TUnion, Type } from '@sinclair/typebox'
import { isLoopback } from '../../config-reader.ts'
import type { Providers } from '../../providers/create-providers.ts'
import { providerCredentials } from '../../providers/declared.ts'
import type { AdminPolicy } from '../../providers/provider.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'
import { createShape, type FieldError, type Invalid, invalid } from '../shape.ts'

/** The credentials that every provider's app has. */
const APP = {
  clientId: Type.String({ description: "The app's client id." }),
  secretKey: Type.String({ description: "The app's client secret." }),
}

/** How latch uses an app. These are not secrets, and are shown to every API key. */
const SETTINGS = {
  redirectUrl: Type.String({
    description:
      'The URL to which users are redirected after a link, instead of a page of latch: exactly this, ' +
      'with `status` (`linked`, `connected` or `error`) and `error` (a code) added.',
  }),
  openerOrigin: Type.String({
    description:
      'The origin of the page that opens links in a popup. It receives the outcome by ' +
      '`postMessage` with `{source: "latch", status, error}`.',
  }),
  userVerification: Type.Union(
    [Type.Literal('session'), Type.Literal('confirm'), Type.Literal('none')],
    {
      description:
        'How latch verifies that whoever completes a link is its subscriber. `session`: your app says ' +
        'who is signed in, in the same browser; requires `completionUrl`. `confirm`: the user confirms ' +
        'the account that latch names. `none`: not at all, as in Novu. Default: ' +
        '`LATCH_USER_VERIFICATION`.',
    },
  ),
  connectVerification: Type.Union([Type.Literal('session'), Type.Literal('confirm')], {
    description:
      'How latch verifies that whoever connects a workspace acts for the subscriber of the link. ' +
      'Default: `confirm`.',
  }),
  completionUrl: Type.String({
    description:
      'The URL of your app that learns who is signed in, for `session`: latch adds a `ticket`, which ' +
      'your backend sends to `POST /v1/links/complete`.',
  }),
  binding: Type.Literal('cookie', {
    description: 'Of earlier versions: the same as `userVerification: "confirm"`.',
  }),
  hmac: Type.Boolean({ description: 'Accept a context only with its `contextHash`.' }),
  minimumVerification: Type.Union([Type.Literal('session'), Type.Literal('confirm')], {
    description:
      'How well a link must be verified for speaker tokens: by the session of your app (the default), ' +
      'or also by the confirmation of the user.',
  }),
  adminProof: Type.Union([Type.Literal('role'), Type.Literal('member')], {
    description:
      'Who may connect a tenant by an administrator’s consent. `role`, the default: whoever has a role ' +
      'that may consent to apps, as their sign-in proves. `member`: every member of the tenant who is ' +
      'no guest.',
  }),
  adminRoles: Type.String({
    pattern: '^[\\w.-]+(, ?[\\w.-]+)*$',
    description:
      'Roles that are accepted as well, such as roles of your own, by the ids that the provider uses in ' +
      'sign-ins, separated by commas.',
    errorMessage: 'adminRoles must be ids of roles, separated by commas',
  }),
}

type OrNull<Schema extends TSchema> = TOptional<TUnion<[Schema, ReturnType<typeof Type.Null>]>>

/** Absent: unchanged. Null: removed. */
const orNull = <Schema extends TSchema>(schema: Schema): OrNull<Schema> => {
  const { description = '' } = schema
  return Type.Optional(Type.Union([schema, Type.Null()], { description }))
}

/** The settings that are set, as they are returned. */
export const IntegrationSettings = Type.Partial(Type.Object(SETTINGS), {
  additionalProperties: false,
})
export type IntegrationSettings = Static<typeof IntegrationSettings>

const settingsShape = createShape(IntegrationSettings)

/** The integration's settings for who may connect a tenant. */
export function adminPolicyOf(credentials: Credentials): AdminPolicy {
  const { adminProof, adminRoles = '' } = settingsOf(credentials)
  const roles = adminRoles.split(',').map((id) => id.trim())
  return { acceptsMembers: adminProof === 'member', roles: roles.filter((id) => id !== '') }
}

/** `Object.hasOwn`, because `in` would also find inherited names such as `constructor`. */
const isSetting = (name: string): boolean => Object.hasOwn(SETTINGS, name)

/** The schema of changes to settings. */
export const settingChanges = {
  redirectUrl: orNull(SETTINGS.redirectUrl),
  openerOrigin: orNull(SETTINGS.openerOrigin),
  userVerification: orNull(SETTINGS.userVerification),
  connectVerification: orNull(SETTINGS.connectVerification),
  completionUrl: orNull(SETTINGS.completionUrl),
  binding: orNull(SETTINGS.binding),
  hmac: orNull(SETTINGS.hmac),
  minimumVerification: orNull(SETTINGS.minimumVerification),
  adminProof: orNull(SETTINGS.adminProof),
  adminRoles: orNull(SETTINGS.adminRoles),
} satisfies { [Name in keyof typeof SETTINGS]: OrNull<(typeof SETTINGS)[Name]> }

/** The schema of changes to credentials: the app's, each provider's, and the settings. */
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

/** Changes to credentials and settings. A setting may be in either property, as in Novu. */
export type CredentialChanges = {
  credentials?: Readonly<Record<string, unknown>>
  configurations?: Readonly<Record<string, unknown>>
}

/**
 * Applies changes to stored credentials: what is absent stays, null removes. Values that are
 * neither strings nor booleans are not latch's, and are dropped.
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

/** The settings in stored credentials, which are not secret. */
export function settingsOf(credentials: Credentials): IntegrationSettings {
  const set = Object.entries(credentials).filter(([name]) => isSetting(name))
  const read = settingsShape.read(Object.fromEntries(set))
  return read.kind === 'valid' ? read.value : {}
}

/** Refuses `session` without the URL of the app that it needs. Null if it is there. */
export function refuseMissingCompletionUrl(
  credentials: Credentials,
  given: CredentialChanges,
): Invalid | null {
  const { userVerification, connectVerification, completionUrl } = credentials
  const needsIt = userVerification === 'session' || connectVerification === 'session'
  if (!needsIt || completionUrl !== undefined) return null
  const isMeant = ([name, value]: [string, unknown]): boolean =>
    (name.endsWith('Verification') && value === 'session') ||
    (name === 'completionUrl' && value === null)
  const errors = (['credentials', 'configurations'] as const).flatMap((place) =>
    Object.entries(given[place] ?? {})
      .filter(isMeant)
      .map(([name, value]): [string, FieldError] => [
        `${place}.${name}`,
        { messages: ['completionUrl is required for the verification by session'], value },
      ]),
  )
  // Integrations that were imported without it can still be changed in other ways.
  return errors.length === 0 ? null : invalid(Object.fromEntries(errors))
}

/**
 * Users are redirected to these URLs, and outcomes are posted to these origins. So anything but a
 * plain https URL (not `//evil`, `https:evil`, `https://us@evil`, or one with line breaks) is
 * refused when it is set (RFC 9700 §4.11). Null if all are safe.
 */
export function refuseUnsafeAddresses(given: CredentialChanges): Invalid | null {
  const errors: Record<string, FieldError> = {}
  for (const place of ['credentials', 'configurations'] as const) {
    const { openerOrigin, ...others } = given[place] ?? {}
    for (const name of ['redirectUrl', 'completionUrl']) {
      const value = others[name]
      if (typeof value !== 'string' || isSafe(value)) continue
      const messages = [`${name} must be an https address, with no user and no fragment`]
      errors[`${place}.${name}`] = { messages, value }
    }
    if (typeof openerOrigin === 'string' && !isOrigin(openerOrigin)) {
      const messages = ['openerOrigin must be an origin, such as https://app.example.com']
      errors[`${place}.openerOrigin`] = { messages, value: openerOrigin }
    }
  }
  return Object.keys(errors).length > 0 ? invalid(errors) : null
}

function isSafe(text: string): boolean {
  // URL parsers accept text that a person would read as a different address.
  if (!/^https?:\/\/[^\s\\@#]+$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || isLoopback(url.hostname))
}

const isOrigin = (text: string): boolean => isSafe(text) && URL.parse(text)?.origin === text
