import type { Redemption } from '../../../sandbox/codes.ts'
import type { Faults } from '../../../sandbox/faults.ts'
import { hasRepeatedParameter } from '../../../sandbox/parameters.ts'
import type { SlackApp, SlackDirectory, SlackUser, SlackWorkspace } from './directory.ts'
import type { SlackCodes, SlackGrant } from './grant.ts'

export type RedeemDeps = { directory: SlackDirectory; codes: SlackCodes; faults: Faults }

export type Refused = { kind: 'refused'; answer: Response }

/** A form from an authenticated client. */
export type ClientRequest = { kind: 'client'; app: SlackApp; form: URLSearchParams }

/** The grant of a code that has just been redeemed. */
export type Redeemed = {
  kind: 'redeemed'
  app: SlackApp
  grant: SlackGrant
  user: SlackUser
  workspace: SlackWorkspace
}

/** Slack's error codes; it does not distinguish an expired code from an unknown one. */
const ERRORS: Record<Extract<Redemption<SlackGrant>, { kind: 'refused' }>['because'], string> = {
  unknown: 'invalid_code',
  expired: 'invalid_code',
  used: 'code_already_used',
  redirect_uri: 'bad_redirect_uri',
  code_verifier: 'invalid_code_verifier',
}

type Client = { clientId: string; clientSecret: string }

/** Slack returns status 200, with the error code in `error`. */
export const refuse = (error: string): Refused => ({
  kind: 'refused',
  answer: Response.json({ ok: false, error }),
})

/** What all of Slack's token methods check: a POSTed form, and the client's secret. */
export async function readClientRequest(
  { directory }: Pick<RedeemDeps, 'directory'>,
  request: Request,
): Promise<ClientRequest | Refused> {
  if (!isPostedForm(request)) return refuse('invalid_post_type')
  const form = new URLSearchParams(await request.text())
  if (hasRepeatedParameter(form)) return refuse('invalid_arguments')
  const client = readClient(request.headers, form)
  const app = directory.apps.find(({ clientId }) => clientId === client?.clientId)
  if (!app) return refuse('invalid_client_id')
  if (app.clientSecret !== client?.clientSecret) return refuse('bad_client_secret')
  return { kind: 'client', app, form }
}

/**
 * Redeems the code of a form; the redirect URI must equal the authorization request's, byte for
 * byte.
 */
export function redeemCode(
  { directory, codes, faults }: RedeemDeps,
  { app, form }: ClientRequest,
  protocol: 'oauth' | 'openid',
): Redeemed | Refused {
  if ((form.get('grant_type') ?? 'authorization_code') !== 'authorization_code') {
    return refuse('invalid_grant_type')
  }
  const redemption = codes.redeem(form.get('code') ?? '', {
    clientId: app.clientId,
    redirectUri: form.get('redirect_uri') ?? '',
    codeVerifier: form.get('code_verifier'),
    takes: ({ openid }) => (openid !== null) === (protocol === 'openid'),
  })
  if (redemption.kind === 'refused') return refuse(ERRORS[redemption.because])
  if (faults.take('expired_code')) return refuse(ERRORS.expired)
  const { grant } = redemption
  const user = directory.users.find(({ id }) => id === grant.userId)
  const elsewhere = faults.take('wrong_workspace')
  const workspace = directory.workspaces.find(({ id }) => (id === user?.teamId) !== elsewhere)
  if (!user || !workspace) return refuse('invalid_code')
  return { kind: 'redeemed', app, grant, user, workspace }
}

/** Refuses arguments in the query: a secret does not belong in a URL. */
function isPostedForm({ method, headers }: Request): boolean {
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';')
  const isForm = mediaType.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  return method === 'POST' && isForm
}

const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'
const BASIC = new RegExp(`^Basic (${BASE64})$`, 'i')

/**
 * Client credentials by HTTP Basic (RFC 6749 §2.3.1) or in the form; both at once are refused, as
 * they may differ.
 */
function readClient(headers: Headers, form: URLSearchParams): Client | null {
  const authorization = headers.get('authorization')
  const inForm = form.get('client_id')
  if (authorization === null) {
    return inForm === null
      ? null
      : { clientId: inForm, clientSecret: form.get('client_secret') ?? '' }
  }
  const [, encoded] = BASIC.exec(authorization) ?? []
  if (encoded === undefined || inForm !== null || form.has('client_secret')) return null
  const pair = atob(encoded)
  const colon = pair.indexOf(':')
  if (colon === -1) return null
  return {
    clientId: formDecode(pair.slice(0, colon)),
    clientSecret: formDecode(pair.slice(colon + 1)),
  }
}

/** An unencoded "&" is part of the value: it must not truncate a wrong secret to a right one. */
const formDecode = (text: string): string =>
  new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? ''
