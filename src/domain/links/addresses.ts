import type { Config } from '../../config.ts'

type PublicUrl = Pick<Config, 'publicUrl'>

export const CALLBACK_PATH = '/v1/integrations/chat/oauth/callback'

/**
 * The `redirect_uri` of every link: registered at the provider, sent with the authorization request
 * and again with the code, byte for byte. It comes from the configuration alone: a `Host` header
 * must not decide where codes are sent.
 */
export const callbackUrl = ({ publicUrl }: PublicUrl): string => publicUrl + CALLBACK_PATH

/** The first stop of a link that is bound to the browser which opens it. */
export const BOUND_LINK_PATH = '/l/:state'

/** The address of a bound link. `scope` is what the caller asked for, null for the default. */
export function boundLinkUrl(
  { publicUrl }: PublicUrl,
  state: string,
  scope: readonly string[] | null,
): string {
  const query = scope === null ? '' : `?${new URLSearchParams({ scope: scope.join(',') })}`
  return publicUrl + BOUND_LINK_PATH.replace(':state', state) + query
}

/** Reads the scopes back from the query of a bound link; null where it has none. */
export const readScope = (query: URLSearchParams): string[] | null =>
  query
    .get('scope')
    ?.split(',')
    .filter((name) => name !== '') ?? null
