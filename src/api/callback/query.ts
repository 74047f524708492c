/** What a provider sends along (RFC 6749 §4.1.2). */
export type CallbackQuery = {
  code: string | null
  state: string | null
  error: string | null
  errorDescription: string | null
  /** Entra, at an administrator's consent: the tenant, and whether consent is claimed. */
  tenant: string | null
  adminConsent: boolean
  /** Who sends the answer (RFC 9207), where the provider says. */
  issuer: string | null
  /** The browser's `Cookie` header. */
  cookies: string | null
}

export type ReadQuery = CallbackQuery | { repeated: string }

const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'tenant', 'admin_consent']

/** A parameter that comes twice is refused (RFC 6749 §3.1): which one is meant cannot be known. */
export function readCallbackQuery({ url, headers }: Request): ReadQuery {
  const { searchParams } = new URL(url)
  const repeated = NAMES.find((name) => searchParams.getAll(name).length > 1)
  if (repeated !== undefined) return { repeated }
  return {
    code: searchParams.get('code'),
    state: searchParams.get('state'),
    error: searchParams.get('error'),
    errorDescription: searchParams.get('error_description'),
    tenant: searchParams.get('tenant'),
    adminConsent: searchParams.get('admin_consent') === 'True',
    issuer: searchParams.get('iss'),
    cookies: headers.get('cookie'),
  }
}

const PREFETCH_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/** Chats and mail that fetch a link to show what is behind it (S10). */
const PREVIEW_BOT =
  /Slackbot|SkypeUriPreview|BingPreview|TelegramBot|WhatsApp|Discordbot|facebookexternalhit|Twitterbot|LinkedInBot|Google-PageRenderer|Applebot/i

/**
 * A browser that looks ahead, with nobody there to consent yet, or a bot that makes a preview. Each header is looked at on its
 * own: no browser sends them all (https://github.com/streamlit/streamlit/pull/15589).
 */
export const isPrefetch = (headers: Headers): boolean =>
  PREFETCH_HEADERS.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? '')) ||
  PREVIEW_BOT.test(headers.get('user-agent') ?? '')
