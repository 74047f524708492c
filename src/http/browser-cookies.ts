import type { Config } from '../config.ts'
import type { BrowserProof, SentProofs } from '../domain/links/browser-proof.ts'

type PublicUrl = Pick<Config, 'publicUrl'>

/** A browser takes no `__Host-` name and no `Secure` over plain http (RFC 6265bis §4.1.3). */
const isSecure = ({ publicUrl }: PublicUrl): boolean => publicUrl.startsWith('https:')

const cookieName = (config: PublicUrl, id: string): string =>
  `${isSecure(config) ? '__Host-' : ''}latch-${id}`

/**
 * The `Set-Cookie` header for a proof that a browser is to keep. `SameSite=Lax`, because the provider
 * sends the user back by a top-level navigation from its own site.
 */
export const proofCookie = (config: PublicUrl, { id, value, lifetimeMs }: BrowserProof): string =>
  new Bun.Cookie(cookieName(config, id), value, {
    path: '/',
    secure: isSecure(config),
    httpOnly: true,
    sameSite: 'lax',
    maxAge: lifetimeMs / 1000,
  }).toString()

/** The proofs in a request's `Cookie` header. */
export function readProofs(config: PublicUrl, headers: Headers): SentProofs {
  const cookies = new Bun.CookieMap(headers.get('cookie') ?? '')
  return (id) => cookies.get(cookieName(config, id))
}
