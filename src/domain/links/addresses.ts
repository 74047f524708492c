import type { Config } from '../../config.ts'

type PublicUrl = Pick<Config, 'publicUrl'>

export const CALLBACK_PATH = '/v1/integrations/chat/oauth/callback'

/**
 * The `redirect_uri` of every link: registered at the provider, sent in the authorization request
 * and again with the code, byte for byte. It is taken only from the configuration: a `Host` header
 * must not decide where codes are sent.
 */
export const callbackUrl = ({ publicUrl }: PublicUrl): string => publicUrl + CALLBACK_PATH

/** The pages of an attempt are beside the callback, so that forms can name each other by a word. */
const besideCallback = (name: string): string => CALLBACK_PATH.replace(/[^/]+$/, name)

/** Where the user confirms what is held, by GET and then by POST. */
export const CONFIRM_PATH: string = besideCallback('confirm')
/** Where the user undoes what was just linked, by POST. */
export const UNDO_PATH: string = besideCallback('undo')

/** Where the user is unlinked from another account, by POST. */
export const UNLINK_OTHER_PATH: string = besideCallback('unlink-other')

/** The query that names an attempt. It gives no access without the attempt's cookie. */
export const attemptQuery = ({ state, attemptId }: { state: string; attemptId: string }): string =>
  `?${new URLSearchParams({ state, attempt: attemptId })}`

/** The page at which an attempt is confirmed. */
export const confirmUrl = (
  { publicUrl }: PublicUrl,
  attempt: { state: string; attemptId: string },
): string => publicUrl + CONFIRM_PATH + attemptQuery(attempt)

/** The route of links that need a session of the company's app: where they begin, and go on. */
export const SESSION_LINK_PATH = '/l/:state'

/** Every path that a link leads a user to begins with one of these. Their addresses are secret. */
export const LINK_PATHS: readonly string[] = [
  CALLBACK_PATH.replace(/[^/]+$/, ''),
  SESSION_LINK_PATH.replace(/[^/]+$/, ''),
]

/** The URL of a link that needs a session. `scope`: the scopes that the caller requested; null for the default. */
export function sessionLinkUrl(
  { publicUrl }: PublicUrl,
  state: string,
  scope: readonly string[] | null,
): string {
  const query = scope === null ? '' : `?${new URLSearchParams({ scope: scope.join(',') })}`
  return publicUrl + SESSION_LINK_PATH.replace(':state', state) + query
}

/** Reads the scopes from such a link's query; null if it has none. */
export const readScope = (query: URLSearchParams): string[] | null =>
  query
    .get('scope')
    ?.split(',')
    .filter((name) => name !== '') ?? null
