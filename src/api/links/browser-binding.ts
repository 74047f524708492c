import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'
import { STATE_LIFETIME_MS, type StateClaims } from '../../secrets/state.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'

/** Where a bound link leads first, so that the browser gets its cookie. */
export const BOUND_LINK_PATH = '/l/:state'

/** Off unless the integration says so: it breaks links that are opened elsewhere (S4, P2). */
export const isBound = (credentials: Credentials): boolean => credentials['binding'] === 'cookie'

export function boundUrl(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  state: string,
  scope: readonly string[] | null,
): string {
  const query = scope === null ? '' : `?${new URLSearchParams({ scope: scope.join(',') })}`
  return `${publicUrl}/l/${state}${query}`
}

export const readScope = (query: URLSearchParams): string[] | null =>
  query
    .get('scope')
    ?.split(',')
    .filter((name) => name !== '') ?? null

/** One cookie a link, as two tabs must not take each other's (P10). */
const cookieName = ({ jti }: StateClaims): string => `__Host-latch-${jti.slice(0, 16)}`

/** Sent back to latch alone, by this browser alone, for as long as the link lives (OWASP ASVS 10.1.2). */
export const bindingCookie = ({ states }: Pick<Deps, 'states'>, claims: StateClaims): string =>
  [
    `${cookieName(claims)}=${states.proofs(claims.jti).browserBinding}`,
    'Path=/',
    'Secure',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${STATE_LIFETIME_MS / 1000}`,
  ].join('; ')

/** Whether the browser that comes back is the one that opened the link. */
export function isSameBrowser(
  { states }: Pick<Deps, 'states'>,
  claims: StateClaims,
  cookies: string | null,
): boolean {
  const prefix = `${cookieName(claims)}=`
  const sent = (cookies ?? '')
    .split(/;\s*/)
    .find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length)
  if (sent === undefined) return false
  const expected = encodeUtf8(states.proofs(claims.jti).browserBinding)
  return equalInConstantTime(encodeUtf8(sent), expected)
}
