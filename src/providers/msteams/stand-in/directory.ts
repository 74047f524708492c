/** An app registration in Entra. */
export type EntraApp = {
  clientId: string
  name: string
  clientSecret: string
  redirectUris: readonly string[]
  /** The tenant in which it is registered, and whether users of other organisations may sign in. */
  tenantId: string
  multiTenant: boolean
  /** From the manifest: what id_tokens contain beyond the default. */
  groupMembershipClaims: 'DirectoryRole' | null
  optionalClaims: readonly 'acct'[]
}
export type EntraTenant = {
  id: string
  name: string
  /** Whether the Teams app is in the organisation's catalogue. */
  hasTeamsApp: boolean
}
export type EntraUser = {
  id: string
  tenantId: string
  name: string
  isGuest: boolean
  /** The directory roles, by template id, including the default one that everyone has. */
  roles: readonly string[]
}

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
/** The client id of a variant whose manifest requests neither `wids` nor `acct`. */
export const clientIdWithoutClaims = (clientId: string): string => `${clientId.slice(0, -1)}8`

/**
 * Template ids of directory roles
 * (https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference).
 */
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
const PRIVILEGED_ROLE_ADMINISTRATOR = 'e8611ab8-c189-46e8-94e1-60213ab1f814'
const APPLICATION_ADMINISTRATOR = '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3'
const TEAMS_ADMINISTRATOR = '69091246-20e8-4a56-aa4d-066075b2a7a8'
/** In the `wids` of every member, and of every guest. */
const MEMBER = 'b79fbf4d-3ef9-4689-8143-76b194e85509'
const GUEST = '13bd1c72-6f4a-4dcf-985f-18d3b80f208a'

/** Microsoft Graph's application permissions need one of these. */
const CONSENTS_TO_GRAPH: readonly string[] = [GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR]

/** Whether a user may consent to the app for everyone in their tenant. */
export const mayConsent = ({ roles }: EntraUser): boolean =>
  roles.some((role) => CONSENTS_TO_GRAPH.includes(role))

/**
 * An app: multi-tenant, single-tenant, and without claims; and made-up users of two organisations.
 */
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
    multiTenant: true,
    groupMembershipClaims: 'DirectoryRole',
    optionalClaims: ['acct'],
  } as const
  return {
    apps: [
      { ...registered, clientId },
      { ...registered, clientId: singleTenantClientId(clientId), multiTenant: false },
      {
        ...registered,
        clientId: clientIdWithoutClaims(clientId),
        groupMembershipClaims: null,
        optionalClaims: [],
      },
    ],
    tenants: [CONTOSO, FABRIKAM],
    users: [
      user('a1', CONTOSO, 'Adele Vance', [GLOBAL_ADMINISTRATOR]),
      user('a2', CONTOSO, 'Lee Gu'),
      user('b1', FABRIKAM, 'Megan Bowen', [PRIVILEGED_ROLE_ADMINISTRATOR]),
      user('b2', FABRIKAM, 'Diego Siciliani'),
      user('a3', CONTOSO, 'Pradeep Gupta', [APPLICATION_ADMINISTRATOR]),
      user('a4', CONTOSO, 'Joni Sherman', [TEAMS_ADMINISTRATOR]),
      guest('a5', CONTOSO, 'Isaiah Langer'),
      guest('a6', CONTOSO, 'Nestor Wilke', [GLOBAL_ADMINISTRATOR]),
    ],
  }
}

function user(
  short: string,
  { id: tenantId }: EntraTenant,
  name: string,
  adminRoles: readonly string[] = [],
): EntraUser {
  const id = `${short}000000-0000-4000-8000-0000000000${short}`
  return { id, tenantId, name, isGuest: false, roles: [...adminRoles, MEMBER] }
}

/** A user of another organisation, who has an object of their own in this one. */
const guest = (
  short: string,
  tenant: EntraTenant,
  name: string,
  adminRoles: readonly string[] = [],
): EntraUser => ({
  ...user(short, tenant, name),
  isGuest: true,
  roles: [...adminRoles, GUEST],
})
