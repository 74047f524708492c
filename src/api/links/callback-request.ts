import { type Static, Type } from '@sinclair/typebox'
import type { Config } from '../../config.ts'
import type { AuthorizationResponse } from '../../domain/links/outcome.ts'
import { readProofs } from '../../http/browser-cookies.ts'

const text = (description: string) => Type.Optional(Type.String({ description }))

/** The parameters of the callback (RFC 6749 §4.1.2). */
export const CallbackQuery = Type.Object({
  state: Type.String({ description: 'As it was sent to the provider.' }),
  code: text('The authorization code.'),
  error: text('RFC 6749 §4.1.2.1'),
  error_description: Type.Optional(Type.String()),
  iss: text('The issuer of the response (RFC 9207).'),
  tenant: text('Entra, at admin consent.'),
  admin_consent: text('Entra, at admin consent.'),
})
type Name = keyof Static<typeof CallbackQuery>

/**
 * Reads the callback's parameters. A repeated parameter is refused (RFC 6749 §3.1): it is unknown
 * which value is meant.
 */
export function readCallback(
  { url, headers }: Request,
  config: Pick<Config, 'publicUrl'>,
): AuthorizationResponse | { kind: 'parameter_repeated'; parameter: string } {
  const { searchParams } = new URL(url)
  const repeated = Object.keys(CallbackQuery.properties).find(
    (name) => searchParams.getAll(name).length > 1,
  )
  if (repeated !== undefined) return { kind: 'parameter_repeated', parameter: repeated }
  const read = (name: Name): string | null => searchParams.get(name)
  return {
    code: read('code'),
    state: read('state'),
    error: read('error'),
    errorDescription: read('error_description'),
    tenant: read('tenant'),
    adminConsent: read('admin_consent') === 'True',
    issuer: read('iss'),
    sentProofs: readProofs(config, headers),
  }
}

/** Browsers differ in which they send (https://github.com/streamlit/streamlit/pull/15589). */
const PREFETCH_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/** Chat and mail services that fetch a link in order to show a preview of it. */
const PREVIEW_BOT =
  /Slackbot|SkypeUriPreview|BingPreview|TelegramBot|WhatsApp|Discordbot|facebookexternalhit|Twitterbot|LinkedInBot|Google-PageRenderer|Applebot/i

/** Whether a browser prefetches the page, or a bot makes a preview: no user is present. */
const isPrefetch = (headers: Headers): boolean =>
  PREFETCH_HEADERS.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? '')) ||
  PREVIEW_BOT.test(headers.get('user-agent') ?? '')

/** Whether nobody looks at the response: a prefetch, a preview, or a program that asks for headers. */
export const isAutomatic = ({ method, headers }: Request): boolean =>
  method === 'HEAD' || isPrefetch(headers)

/** For a browser that prefetches, or a bot that makes a preview: nothing happens. */
export const notOpened = (): Response => new Response(null, { status: 204 })
