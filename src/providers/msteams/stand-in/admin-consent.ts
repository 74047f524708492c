import { isFault } from '../../../sandbox/faults.ts'
import { hasRepeatedParameter } from '../../../sandbox/parameters.ts'
import { mayConsent } from './directory.ts'
import { consentKey, type EntraParts, readAuthority, readClient, redirectToApp } from './parts.ts'

const CARRIED = ['client_id', 'redirect_uri', 'scope', 'state']
const PERMISSIONS = [
  'Read the app catalogues of your organisation',
  'Let the Teams app manage itself for all users',
  'Read the names of all teams and channels',
]

function read(parts: EntraParts, authority: string, query: URLSearchParams) {
  const refused = (error: string, reason: string) => ({ kind: 'refused', error, reason }) as const
  if (hasRepeatedParameter(query)) return refused('AADSTS900144', 'A parameter comes twice.')
  // Microsoft advises against `common` here, and the error names a parameter that is not at fault
  // (https://github.com/MicrosoftDocs/azure-docs/issues/45151).
  if (authority === 'common') {
    return refused('AADSTS900144', "The request must contain 'response_type'.")
  }
  const client = readClient(parts, query)
  if (client.kind === 'refused') return client
  const where = readAuthority(parts, authority, client.app)
  if (where.kind === 'refused') return where
  if (!(query.get('scope') ?? '').endsWith('/.default')) {
    return refused('AADSTS70011', 'The scope of an admin consent is <resource>/.default.')
  }
  return { ...client, tenant: where.kind === 'tenant' ? where.tenant : null }
}

/** `GET /{authority}/v2.0/adminconsent`. */
export function showAdminConsent(
  parts: EntraParts,
  authority: string,
  query: URLSearchParams,
): Response {
  const asked = read(parts, authority, query)
  if (asked.kind === 'refused') return parts.pages.error(asked.error, asked.reason)
  const { users, tenants } = parts.directory
  const chosen = users.find(({ tenantId }) => tenantId === asked.tenant?.id) ?? users.at(0)
  return parts.pages.consent({
    appName: asked.app.name,
    heading: `${asked.app.name} asks for permissions in your organisation`,
    action: `/${authority}/v2.0/adminconsent`,
    permissions: PERMISSIONS,
    parameters: new URLSearchParams([...query].filter(([name]) => CARRIED.includes(name))),
    accounts: users.map((user) => {
      const tenant = tenants.find(({ id }) => id === user.tenantId)?.name ?? user.tenantId
      const workspaceName = mayConsent(user) ? `${tenant}, administrator` : tenant
      return { userId: user.id, name: user.name, workspaceName, chosen: user === chosen }
    }),
  })
}

/** `POST` to the same path: the administrator's decision. */
export function submitAdminConsent(
  parts: EntraParts,
  authority: string,
  form: URLSearchParams,
): Response {
  const asked = read(parts, authority, form)
  if (asked.kind === 'refused') return parts.pages.error(asked.error, asked.reason)
  const { app, redirectUri, tenant } = asked
  const state = form.get('state')
  const fault = form.get('fault')
  if (isFault(fault)) parts.faults.arm(fault)
  if (parts.faults.take('deny') || form.get('decision') === 'deny') {
    // Entra reports consent as granted next to the error, and omits the tenant
    // (https://github.com/MicrosoftDocs/azure-docs/issues/114009).
    return redirectToApp(redirectUri, {
      admin_consent: 'True',
      error: 'access_denied',
      error_subcode: 'cancel',
      error_description:
        'AADSTS65004: The resource owner or authorization server denied the request.',
      state,
    })
  }
  const user = parts.directory.users.find(({ id }) => id === form.get('user'))
  if (!user) return parts.pages.error('AADSTS50034', 'The user account does not exist.')
  if (tenant !== null && tenant.id !== user.tenantId) {
    return parts.pages.error('AADSTS50020', `The user does not exist in tenant '${tenant.name}'.`)
  }
  if (!mayConsent(user)) {
    return parts.pages.error('AADSTS90094', 'An administrator of your organisation must do this.')
  }
  // Reported as granted, although nothing was
  // (https://github.com/OfficeDev/microsoft-teams-library-js/issues/1909).
  if (!parts.faults.take('missing_consent')) {
    parts.consents.add(consentKey(app.clientId, user.tenantId))
  }
  return redirectToApp(redirectUri, {
    admin_consent: 'True',
    tenant: user.tenantId,
    scope: form.get('scope'),
    state,
  })
}
