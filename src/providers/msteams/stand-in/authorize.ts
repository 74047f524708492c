import { isFault } from '../../../sandbox/faults.ts'
import { hasRepeatedParameter } from '../../../sandbox/parameters.ts'
import type { EntraTenant } from './directory.ts'
import { type Client, type EntraParts, readAuthority, readClient, redirectToApp } from './parts.ts'

/**
 * The parameters that the form carries back. Not all that were sent, as a link must not answer for
 * the user.
 */
const CARRIED = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'response_mode',
  'nonce',
  'code_challenge',
  'code_challenge_method',
]
const PERMISSIONS = ['Sign you in and read your profile']
const SCOPES = new Set(['openid', 'profile', 'email', 'offline_access', 'User.Read'])

type Asked = Extract<Client, { kind: 'client' }> & { tenant: EntraTenant | null }
type Refused = { kind: 'refused'; error: string; reason: string }

const refused = (error: string, reason: string): Refused => ({ kind: 'refused', error, reason })

/**
 * What Entra checks before the user signs in. An error is shown on its page, not sent to the
 * redirect URI.
 */
function read(parts: EntraParts, authority: string, query: URLSearchParams): Asked | Refused {
  if (hasRepeatedParameter(query)) return refused('AADSTS900144', 'A parameter comes twice.')
  const client = readClient(parts, query)
  if (client.kind === 'refused') return client
  const where = readAuthority(parts, authority, client.app)
  if (where.kind === 'refused') return where
  if (query.get('response_type') !== 'code') {
    return refused('AADSTS900144', "The request must contain 'response_type=code'.")
  }
  if ((query.get('response_mode') ?? 'query') !== 'query') {
    return refused('AADSTS90014', 'This stand-in knows the response_mode query alone.')
  }
  if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256') {
    return refused('AADSTS501491', "The 'code_challenge_method' must be S256.")
  }
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  const unknown = scopes.filter((scope) => !SCOPES.has(scope))
  if (scopes.length === 0 || unknown.length > 0) {
    return refused('AADSTS70011', `The provided value for scope is not valid: ${unknown.join(' ')}`)
  }
  return { ...client, tenant: where.kind === 'tenant' ? where.tenant : null }
}

/** `GET /{authority}/oauth2/v2.0/authorize`. */
export function showSignIn(parts: EntraParts, authority: string, query: URLSearchParams): Response {
  const asked = read(parts, authority, query)
  if (asked.kind === 'refused') return parts.pages.error(asked.error, asked.reason)
  const { users, tenants } = parts.directory
  const chosen = users.find(({ tenantId }) => tenantId === asked.tenant?.id) ?? users.at(0)
  return parts.pages.consent({
    appName: asked.app.name,
    heading: `${asked.app.name} wants to sign you in with Microsoft`,
    action: `/${authority}/oauth2/v2.0/authorize`,
    permissions: PERMISSIONS,
    parameters: new URLSearchParams([...query].filter(([name]) => CARRIED.includes(name))),
    accounts: users.map((user) => {
      const tenant = tenants.find(({ id }) => id === user.tenantId)?.name ?? user.tenantId
      const workspaceName = user.isGuest ? `${tenant}, guest` : tenant
      return { userId: user.id, name: user.name, workspaceName, chosen: user === chosen }
    }),
  })
}

/** `POST` to the same path: the user's decision. */
export function submitSignIn(
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
  const decision = parts.faults.take('deny') ? 'deny' : form.get('decision')
  if (decision === 'deny') {
    return redirectToApp(redirectUri, {
      error: 'access_denied',
      error_subcode: 'cancel',
      error_description: 'AADSTS65004: User declined to consent to access the app.',
      state,
    })
  }
  if (decision !== 'allow') return parts.pages.error('AADSTS900144', 'Choose Allow or Cancel.')
  const user = parts.directory.users.find(({ id }) => id === form.get('user'))
  if (!user) return parts.pages.error('AADSTS50034', 'The user account does not exist.')
  if (user.isGuest && tenant === null) {
    return parts.pages.error('AADSTS50020', `User account '${user.name}' is a guest elsewhere.`)
  }
  const elsewhere = parts.faults.take('wrong_workspace')
  const home = elsewhere
    ? parts.directory.tenants.find(({ id }) => id !== user.tenantId)?.id
    : user.tenantId
  const allowed = tenant?.id ?? (app.multiTenant ? null : app.tenantId)
  if (!elsewhere && allowed !== null && allowed !== home) {
    // Entra shows this on its own page and never redirects the user back.
    const reason = `User account '${user.name}' does not exist in tenant '${tenant?.name ?? ''}'.`
    return parts.pages.error('AADSTS50020', reason)
  }
  const code = parts.codes.issue({
    clientId: app.clientId,
    redirectUri,
    codeChallenge: form.get('code_challenge'),
    userId: user.id,
    tenantId: home ?? user.tenantId,
    nonce: form.get('nonce'),
  })
  return redirectToApp(redirectUri, { code, state, session_state: parts.randomId(16) })
}
