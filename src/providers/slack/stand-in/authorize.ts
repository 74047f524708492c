import { type Faults, isFault } from '../../../sandbox/faults.ts'
import { hasRepeatedParameter } from '../../../sandbox/parameters.ts'
import type { SandboxPages } from '../../../sandbox/stand-in-pages.ts'
import type { SlackApp, SlackDirectory } from './directory.ts'
import type { SlackCodes } from './grant.ts'
import { readOpenIdScopes, readScopes, type ScopeRequest } from './scopes.ts'

export type AuthorizeDeps = {
  directory: SlackDirectory
  codes: SlackCodes
  pages: SandboxPages
  faults: Faults
}

/** Slack's two authorization endpoints, by path. */
export const AUTHORIZE_PATHS = {
  oauth: '/oauth/v2/authorize',
  openid: '/openid/connect/authorize',
} as const
export type SlackProtocol = keyof typeof AUTHORIZE_PATHS

type Request = {
  app: SlackApp
  nonce: string | null
  codeChallenge: string | null
  redirectUri: string
  state: string | null
  scopes: Extract<ScopeRequest, { kind: 'asked' }>
}

/**
 * The parameters that the form carries back. Not all that were sent: a link with `decision=allow`
 * would answer for the user, whichever button they press.
 */
const CARRIED = [
  'client_id',
  'scope',
  'user_scope',
  'redirect_uri',
  'state',
  'team',
  'response_type',
  'nonce',
  'code_challenge',
  'code_challenge_method',
]

type Reading = { kind: 'request'; request: Request } | { kind: 'refused'; page: Response }

/**
 * What Slack checks before it asks the user. An error is shown on its page and never sent to the
 * redirect URI, which is not trusted until it is known to be registered (RFC 6749 §4.1.2.1).
 */
function read(
  { directory, pages }: AuthorizeDeps,
  protocol: SlackProtocol,
  parameters: URLSearchParams,
): Reading {
  const refuse = (error: string, reason: string): Reading => ({
    kind: 'refused',
    page: pages.error(error, reason),
  })
  if (hasRepeatedParameter(parameters))
    return refuse('invalid_arguments', 'A parameter comes twice.')
  const clientId = parameters.get('client_id') ?? ''
  const app = directory.apps.find((candidate) => candidate.clientId === clientId)
  if (!app) return refuse('invalid_client_id', `No app has the client id "${clientId}".`)
  const redirectUri = parameters.get('redirect_uri') ?? ''
  if (!app.redirectUris.includes(redirectUri)) {
    const reason = `redirect_uri did not match any configured URIs. Passed URI: ${redirectUri}`
    return refuse('bad_redirect_uri', reason)
  }
  if (protocol === 'openid' && parameters.get('response_type') !== 'code') {
    return refuse('invalid_response_type', 'The response_type must be "code".')
  }
  const codeChallenge = parameters.get('code_challenge')
  if (codeChallenge !== null && parameters.get('code_challenge_method') !== 'S256') {
    return refuse('invalid_code_challenge_method', 'The code_challenge_method must be "S256".')
  }
  const scopes =
    protocol === 'openid'
      ? readOpenIdScopes(parameters.get('scope'))
      : readScopes(parameters.get('scope'), parameters.get('user_scope'))
  if (scopes.kind === 'invalid_scope') return refuse('invalid_scope', scopes.reason)
  const state = parameters.get('state')
  const nonce = parameters.get('nonce')
  return { kind: 'request', request: { app, nonce, codeChallenge, redirectUri, state, scopes } }
}

/** GET at either path: asks the user. `team` only preselects a user. */
export function showConsent(
  deps: AuthorizeDeps,
  protocol: SlackProtocol,
  parameters: URLSearchParams,
): Response {
  const reading = read(deps, protocol, parameters)
  if (reading.kind === 'refused') return reading.page
  const { app, scopes } = reading.request
  const { users, workspaces } = deps.directory
  const team = parameters.get('team')
  const chosen = users.find(({ teamId }) => teamId === team) ?? users.at(0)
  return deps.pages.consent({
    appName: app.name,
    heading: `${app.name} is requesting permission to access Slack`,
    action: AUTHORIZE_PATHS[protocol],
    permissions: scopes.permissions,
    parameters: new URLSearchParams([...parameters].filter(([name]) => CARRIED.includes(name))),
    accounts: users.map((user) => ({
      userId: user.id,
      name: user.name,
      workspaceName: workspaces.find(({ id }) => id === user.teamId)?.name ?? user.teamId,
      chosen: user === chosen,
    })),
  })
}

/**
 * POST at either path: the user's decision. Its fields are validated again, because anybody can
 * post.
 */
export function submitConsent(
  deps: AuthorizeDeps,
  protocol: SlackProtocol,
  form: URLSearchParams,
): Response {
  const reading = read(deps, protocol, form)
  if (reading.kind === 'refused') return reading.page
  const { app, nonce, codeChallenge, redirectUri, state, scopes } = reading.request
  const answer = new URLSearchParams()
  const fault = form.get('fault')
  if (isFault(fault)) deps.faults.arm(fault)
  const decision = deps.faults.take('deny') ? 'deny' : form.get('decision')
  if (decision === 'allow') {
    const user = deps.directory.users.find(({ id }) => id === form.get('user'))
    if (!user) return deps.pages.error('user_not_found', 'Choose an account first.')
    const { botScopes, userScopes } = scopes
    const grant = {
      clientId: app.clientId,
      redirectUri,
      userId: user.id,
      botScopes,
      userScopes,
      openid: protocol === 'openid' ? { nonce } : null,
      codeChallenge,
    }
    answer.set('code', deps.codes.issue(grant))
  } else if (decision === 'deny') {
    answer.set('error', 'access_denied')
  } else {
    return deps.pages.error('invalid_arguments', 'Choose Allow or Cancel.')
  }
  if (state !== null) answer.set('state', state)
  return new Response(null, {
    status: 302,
    headers: { location: withQuery(redirectUri, answer), 'cache-control': 'no-store' },
  })
}

/** Appends text, because `URL.searchParams` would re-encode the existing query differently. */
const withQuery = (uri: string, added: URLSearchParams): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}${added}`
