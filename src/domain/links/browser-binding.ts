import type { Config } from '../../config.ts'
import type { Deps } from '../../deps.ts'
import { encodeUtf8, equalInConstantTime } from '../../secrets/bytes.ts'
import { STATE_LIFETIME_MS, type StateClaims } from '../../secrets/state.ts'
import type { Credentials } from '../../store/integrations/integrations.ts'

type BindingDeps = { states: Pick<Deps['states'], 'proofs'>; config: Pick<Config, 'publicUrl'> }

/**
 * Off by default, because it breaks links that are opened in one browser and completed in another.
 */
export const isBound = (credentials: Credentials): boolean => credentials['binding'] === 'cookie'

/** Browsers reject the `__Host-` prefix and `Secure` over plain http (RFC 6265bis §4.1.3). */
const isSecure = ({ publicUrl }: Pick<Config, 'publicUrl'>): boolean =>
  publicUrl.startsWith('https:')

/** One name per link, so that two tabs do not overwrite each other's cookie. */
const cookieName = (config: Pick<Config, 'publicUrl'>, { jti }: StateClaims): string =>
  `${isSecure(config) ? '__Host-' : ''}latch-${jti.slice(0, 16)}`

/**
 * The `Set-Cookie` header for the browser that opens a bound link. `SameSite=Lax`, because the
 * provider returns the user by a top-level navigation from its own site.
 */
export const bindingCookie = ({ states, config }: BindingDeps, claims: StateClaims): string =>
  new Bun.Cookie(cookieName(config, claims), states.proofs(claims.jti).browserBinding, {
    path: '/',
    secure: isSecure(config),
    httpOnly: true,
    sameSite: 'lax',
    maxAge: STATE_LIFETIME_MS / 1000,
  }).toString()

/** Whether the browser that sent this `Cookie` header is the one that opened the link. */
export function isSameBrowser(
  { states, config }: BindingDeps,
  claims: StateClaims,
  cookieHeader: string | null,
): boolean {
  const sent = new Bun.CookieMap(cookieHeader ?? '').get(cookieName(config, claims))
  if (sent === null) return false
  const expected = encodeUtf8(states.proofs(claims.jti).browserBinding)
  return equalInConstantTime(encodeUtf8(sent), expected)
}
