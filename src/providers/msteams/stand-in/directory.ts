/** An app registration in Entra. */
export type EntraApp = {
  clientId: string
  name: string
  clientSecret: string
  redirectUris: readonly string[]
  /** The tenant in which it is registered, and whether users of other organisations may sign in. */
  tenantId: string
  multiTenant: boolean
}
export type EntraTenant = {
  id: string
  name: string
  /** Whether the Teams app is in the organisation's catalogue. */
  hasTeamsApp: boolean
}
export type EntraUser = { id: string; tenantId: string; name: string; isAdmin: boolean }

/** The apps, tenants and users that the stand-in knows. */
export type EntraDirectory = {
  apps: readonly EntraApp[]
  tenants: readonly EntraTenant[]
  users: readonly EntraUser[]
}

export const CONTOSO: EntraTenant = {
  id: '11111111-aaaa-4aaa-8aaa-111111111111',
  name: 'Contoso',
  hasTeamsApp: true,
}
export const FABRIKAM: EntraTenant = {
  id: '22222222-bbbb-4bbb-8bbb-222222222222',
  name: 'Fabrikam',
  hasTeamsApp: false,
}

/** The client id of the single-tenant variant of the app. */
export const singleTenantClientId = (clientId: string): string => `${clientId.slice(0, -1)}9`

/** An app, once multi-tenant and once single-tenant, and made-up users of two organisations. */
export function createEntraDirectory(app: {
  clientId: string
  clientSecret: string
  redirectUri: string
}): EntraDirectory {
  const { clientId, clientSecret, redirectUri } = app
  const registered = {
    name: 'Your app',
    clientSecret,
    redirectUris: [redirectUri],
    tenantId: CONTOSO.id,
  }
  return {
    apps: [
      { ...registered, clientId, multiTenant: true },
      { ...registered, clientId: singleTenantClientId(clientId), multiTenant: false },
    ],
    tenants: [CONTOSO, FABRIKAM],
    users: [
      user('a1', CONTOSO, 'Adele Vance', true),
      user('a2', CONTOSO, 'Lee Gu', false),
      user('b1', FABRIKAM, 'Megan Bowen', true),
      user('b2', FABRIKAM, 'Diego Siciliani', false),
    ],
  }
}

const user = (short: string, { id }: EntraTenant, name: string, isAdmin: boolean): EntraUser => ({
  id: `${short}000000-0000-4000-8000-0000000000${short}`,
  tenantId: id,
  name,
  isAdmin,
})
