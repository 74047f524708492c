import type { Codes } from './codes.ts'
import type { SlackApp, SlackDirectory } from './directory.ts'
import type { SlackPages } from './pages.ts'
import { readScopes, type ScopeRequest } from './scopes.ts'

export type AuthorizeDeps = { directory: SlackDirectory; codes: Codes; pages: SlackPages }

type Request = {
  app: SlackApp
  redirectUri: string
  state: string | null
  scopes: Extract<ScopeRequest, { kind: 'asked' }>
}

type Reading = { kind: 'request'; request: Request } | { kind: 'refused'; page: Response }

/**
 * What Slack checks before it asks the user. A mistake is shown here and never sent to the redirect
 * URI, which is not to be trusted until it is known (RFC 6749 §4.1.2.1).
 */
function read({ directory, pages }: AuthorizeDeps, parameters: URLSearchParams): Reading {
  const refuse = (error: string, reason: string): Reading => ({
    kind: 'refused',
    page: pages.error(error, reason),
  })
  const clientId = parameters.get('client_id') ?? ''
  const app = directory.apps.find((candidate) => candidate.clientId === clientId)
  if (!app) return refuse('invalid_client_id', `No app has the client id "${clientId}".`)
  const redirectUri = parameters.get('redirect_uri') ?? ''
  if (!app.redirectUris.includes(redirectUri)) {
    const reason = `redirect_uri did not match any configured URIs. Passed URI: ${redirectUri}`
    return refuse('bad_redirect_uri', reason)
  }
  const scopes = readScopes(parameters.get('scope'), parameters.get('user_scope'))
  if (scopes.kind === 'invalid_scope') return refuse('invalid_scope', scopes.reason)
  const state = parameters.get('state')
  return { kind: 'request', request: { app, redirectUri, state, scopes } }
}

/** GET /oauth/v2/authorize: asks the user. `team` only decides who is chosen to begin with. */
export function askConsent(deps: AuthorizeDeps, parameters: URLSearchParams): Response {
  const reading = read(deps, parameters)
  if (reading.kind === 'refused') return reading.page
  const { app, scopes } = reading.request
  const { users, workspaces } = deps.directory
  const team = parameters.get('team')
  const chosen = users.find(({ teamId }) => teamId === team) ?? users.at(0)
  return deps.pages.consent({
    appName: app.name,
    permissions: scopes.permissions,
    parameters,
    accounts: users.map((user) => ({
      userId: user.id,
      name: user.name,
      workspaceName: workspaces.find(({ id }) => id === user.teamId)?.name ?? user.teamId,
      chosen: user === chosen,
    })),
  })
}

/** POST /oauth/v2/authorize: the user's answer. Its fields are checked anew: anybody can post. */
export function takeDecision(deps: AuthorizeDeps, form: URLSearchParams): Response {
  const reading = read(deps, form)
  if (reading.kind === 'refused') return reading.page
  const { app, redirectUri, state, scopes } = reading.request
  const target = new URL(redirectUri)
  if (form.get('decision') === 'allow') {
    const user = deps.directory.users.find(({ id }) => id === form.get('user'))
    if (!user) return deps.pages.error('user_not_found', 'Choose an account first.')
    const { botScopes, userScopes } = scopes
    const grant = { clientId: app.clientId, redirectUri, userId: user.id, botScopes, userScopes }
    target.searchParams.set('code', deps.codes.issue(grant))
  } else {
    target.searchParams.set('error', 'access_denied')
  }
  if (state !== null) target.searchParams.set('state', state)
  return new Response(null, {
    status: 302,
    headers: { location: target.toString(), 'cache-control': 'no-store' },
  })
}
