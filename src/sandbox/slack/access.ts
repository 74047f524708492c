import type { Codes, Grant } from './codes.ts'
import type { SlackApp, SlackDirectory } from './directory.ts'

export type AccessDeps = {
  directory: SlackDirectory
  codes: Codes
  randomId: (length: number) => string
}

type Client = { clientId: string; clientSecret: string }

const refused = (error: string): Response => Response.json({ ok: false, error })

/**
 * `oauth.v2.access` (https://docs.slack.dev/reference/methods/oauth.v2.access): always status 200,
 * an error in `error`. The redirect URI must be the one of the authorization, byte for byte.
 */
export async function exchangeCode(deps: AccessDeps, request: Request): Promise<Response> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!contentType.startsWith('application/x-www-form-urlencoded'))
    return refused('invalid_post_type')
  const form = new URLSearchParams(await request.text())
  const client = readClient(request.headers, form)
  if (client === null) return refused('invalid_client_id')
  const app = deps.directory.apps.find(({ clientId }) => clientId === client.clientId)
  if (!app) return refused('invalid_client_id')
  if (app.clientSecret !== client.clientSecret) return refused('bad_client_secret')
  const code = form.get('code')
  if (!code) return refused('invalid_code')
  const redemption = deps.codes.redeem(code, {
    clientId: app.clientId,
    redirectUri: form.get('redirect_uri') ?? '',
  })
  if (redemption.kind === 'refused') return refused(redemption.error)
  return granted(deps, app, redemption.grant)
}

/** By HTTP Basic (RFC 6749 §2.3.1) or in the form; both at once are refused, as they may differ. */
function readClient(headers: Headers, form: URLSearchParams): Client | null {
  const authorization = headers.get('authorization')
  const inForm = form.get('client_id')
  if (authorization === null) {
    return inForm === null
      ? null
      : { clientId: inForm, clientSecret: form.get('client_secret') ?? '' }
  }
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization) ?? []
  if (encoded === undefined || inForm !== null) return null
  const [id = '', secret = ''] = atob(encoded).split(':')
  return { clientId: formDecode(id), clientSecret: formDecode(secret) }
}

const formDecode = (text: string): string => new URLSearchParams(`x=${text}`).get('x') ?? ''

function granted({ directory, randomId }: AccessDeps, app: SlackApp, grant: Grant): Response {
  const user = directory.users.find(({ id }) => id === grant.userId)
  const workspace = directory.workspaces.find(({ id }) => id === user?.teamId)
  if (!user || !workspace) return refused('invalid_code')
  const userToken = {
    scope: grant.userScopes.join(','),
    access_token: `xoxp-${randomId(24)}`,
    token_type: 'user',
  }
  const botToken = {
    access_token: `xoxb-${randomId(24)}`,
    token_type: 'bot',
    scope: grant.botScopes.join(','),
    bot_user_id: 'U0LATCHBOT',
  }
  return Response.json({
    ok: true,
    app_id: app.id,
    authed_user: { id: user.id, ...(grant.userScopes.length > 0 && userToken) },
    ...(grant.botScopes.length > 0 && botToken),
    team: { id: workspace.id, name: workspace.name },
    enterprise: null,
    is_enterprise_install: false,
  })
}
