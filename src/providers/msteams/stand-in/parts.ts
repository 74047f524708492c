import type { CodeGrant, Codes } from '../../../sandbox/codes.ts'
import type { Faults } from '../../../sandbox/faults.ts'
import type { SandboxPages } from '../../../sandbox/stand-in-pages.ts'
import type { EntraApp, EntraDirectory, EntraTenant } from './directory.ts'

/** What a user consented to at Entra. */
export type EntraGrant = CodeGrant & {
  userId: string
  tenantId: string
  nonce: string | null
}

/** What the parts of the stand-in share. */
export type EntraParts = {
  directory: EntraDirectory
  codes: Codes<EntraGrant>
  pages: SandboxPages
  faults: Faults
  /** Apps that an administrator has consented to, by tenant: `<client id> <tenant id>`. */
  consents: Set<string>
  /** Milliseconds since 1970. */
  clock: () => number
  randomId: (length: number) => string
  /** The stand-in's own URL. */
  address: () => string
}

export const consentKey = (clientId: string, tenantId: string): string => `${clientId} ${tenantId}`

const ANY_ORGANISATION = new Set(['organizations', 'common'])

export type Authority =
  | { kind: 'any' }
  | { kind: 'tenant'; tenant: EntraTenant }
  | { kind: 'refused'; error: string; reason: string }

/** The authority at which the user signs in: the first segment of the path. */
export function readAuthority(
  { directory }: Pick<EntraParts, 'directory'>,
  name: string,
  app: EntraApp,
): Authority {
  if (ANY_ORGANISATION.has(name)) {
    if (app.multiTenant) return { kind: 'any' }
    // https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50194-app-is-not-multi-tenant
    const reason = `Application '${app.clientId}' is not configured as a multi-tenant application.`
    return { kind: 'refused', error: 'AADSTS50194', reason }
  }
  const tenant = directory.tenants.find(({ id }) => id === name.toLowerCase())
  if (tenant === undefined) {
    return { kind: 'refused', error: 'AADSTS90002', reason: `Tenant '${name}' not found.` }
  }
  if (!app.multiTenant && tenant.id !== app.tenantId) {
    const reason = `Application with identifier '${app.clientId}' was not found in the directory.`
    return { kind: 'refused', error: 'AADSTS700016', reason }
  }
  return { kind: 'tenant', tenant }
}

export type Client =
  | { kind: 'client'; app: EntraApp; redirectUri: string }
  | { kind: 'refused'; error: string; reason: string }

/** The app and the redirect URI of a request; the URI must match one of the app's exactly. */
export function readClient(
  { directory }: Pick<EntraParts, 'directory'>,
  parameters: URLSearchParams,
): Client {
  const clientId = parameters.get('client_id') ?? ''
  const app = directory.apps.find((candidate) => candidate.clientId === clientId)
  if (!app) {
    const reason = `Application with identifier '${clientId}' was not found in the directory.`
    return { kind: 'refused', error: 'AADSTS700016', reason }
  }
  const redirectUri = parameters.get('redirect_uri') ?? ''
  if (!app.redirectUris.includes(redirectUri)) {
    const reason = `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`
    return { kind: 'refused', error: 'AADSTS50011', reason }
  }
  return { kind: 'client', app, redirectUri }
}

/**
 * Redirects to the app with the response. Appends text, because `URL.searchParams` would re-encode
 * the existing query.
 */
export const redirectToApp = (
  redirectUri: string,
  answer: Record<string, string | null>,
): Response => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(answer)) if (value !== null) query.set(name, value)
  return new Response(null, {
    status: 302,
    headers: {
      location: `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`,
      'cache-control': 'no-store',
    },
  })
}
