import type { Fetch } from '../call-provider.ts'
import { type Finding, failed, ok, type SetupInstructions } from '../diagnostics.ts'
import type { ProviderApp } from '../provider.ts'
import { type Entra, homeTenantOf } from './entra.ts'
import { findTeamsApp } from './graph.ts'
import { readRoles } from './roles.ts'

/** An application permission, which the app has in every tenant whose administrator consented. */
const CATALOG_PERMISSION = 'AppCatalog.Read.All'
const PERMISSIONS = [CATALOG_PERMISSION, 'TeamsAppInstallation.ReadWriteSelfForUser.All']

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const REMEDIES: Record<string, string> = {
  AADSTS7000215:
    'Set the secret\'s value, not its id: Entra, App registrations, "Certificates & secrets".',
  AADSTS7000222: 'The secret has expired: create a new one under "Certificates & secrets".',
  AADSTS700016: 'Check that clientId is the Application (client) ID, and belongs to this tenant.',
  AADSTS90002: 'Check that tenantId is the Directory (tenant) ID.',
}

/** Requests an app-only token in the app's own tenant, and checks its permissions. */
export async function diagnoseEntraApp(
  { entra, graphUrl, fetch }: { entra: Entra; graphUrl: string; fetch: Fetch },
  app: ProviderApp,
  redirectUri: string,
): Promise<Finding[]> {
  const homeTenantId = homeTenantOf(app)
  if (homeTenantId === null) {
    const message = 'without the tenant of the app, Microsoft cannot be asked for a token'
    return [{ status: 'warning', message, remedy: 'Add `tenantId` to the credentials.' }]
  }
  const token = await entra.appToken(app, homeTenantId)
  if (token.kind === 'refused') {
    const [code = ''] = /AADSTS\d+/.exec(token.problem) ?? []
    const fallback =
      'Check that this machine can connect to Microsoft, and that the app is registered.'
    return [failed(token.problem, REMEDIES[code] ?? fallback)]
  }
  const roles = readRoles(token.accessToken)
  const permissions = roles === null ? [UNREADABLE] : PERMISSIONS.map(checkPermission(roles))
  const seesCatalog = roles === null || roles.includes(CATALOG_PERMISSION)
  return [
    ok('Microsoft accepts the client id and secret'),
    ...permissions,
    ...(seesCatalog ? [await checkCatalog(fetch, graphUrl, token.accessToken, app)] : []),
    redirectNote(redirectUri),
    CLAIMS_NOTE,
  ]
}

const UNREADABLE: Finding = {
  status: 'note',
  message: "the app's permissions cannot be read from its token",
  remedy: null,
}

/** A warning: without this permission users are still linked, but the bot cannot reach them. */
const checkPermission =
  (roles: readonly string[]) =>
  (permission: string): Finding =>
    roles.includes(permission)
      ? ok(`${permission} is granted`)
      : {
          status: 'warning',
          message: `the application permission ${permission} is not granted: the bot cannot be installed in users' chats`,
          remedy:
            'Add it under "API permissions" (Microsoft Graph, application), then "Grant admin ' +
            'consent". It can take an hour to take effect.',
        }

async function checkCatalog(
  fetch: Fetch,
  graphUrl: string,
  token: string,
  app: ProviderApp,
): Promise<Finding> {
  const found = await findTeamsApp(fetch, graphUrl, { token, app })
  if (found.kind === 'found') return ok("the Teams app is in the organisation's catalogue")
  return {
    status: 'warning',
    message: `users can be linked, but the bot cannot be installed in their chats: ${found.problem}`,
    remedy: 'Upload the Teams app in the Teams admin center, with the client id as its externalId.',
  }
}

const redirectNote = (redirectUri: string): Finding => ({
  status: 'note',
  message: 'whether the redirect URL is registered with Microsoft cannot be checked from here',
  remedy: `Under Authentication, platform "Web", there must be exactly this URL: ${redirectUri}`,
})

const CLAIMS_NOTE: Finding = {
  status: 'note',
  message:
    'whether sign-ins have the claims `wids` and `acct`, by which administrators prove who they are, cannot be checked from here',
  remedy:
    'The manifest must have "groupMembershipClaims": "DirectoryRole", and the optional claim `acct` for ID tokens.',
}

export const entraSetupInstructions = (redirectUri: string): SetupInstructions => ({
  title: 'Microsoft: entra.microsoft.com, App registrations',
  text: [
    `Redirect URI (platform "Web"): ${redirectUri}`,
    'API permissions, Microsoft Graph:',
    ...['openid', 'profile', 'User.Read'].map((scope) => `  ${scope} (delegated)`),
    ...PERMISSIONS.map((permission) => `  ${permission} (application, with admin consent)`),
    'Certificates & secrets: a client secret, whose value is `secretKey`.',
    'Manifest, so that administrators who consent can prove who they are:',
    '  "groupMembershipClaims": "DirectoryRole"',
    '  "optionalClaims": {"idToken": [{"name": "acct"}]}',
  ].join('\n'),
})
