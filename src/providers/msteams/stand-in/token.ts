import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose'
import { hasRepeatedParameter } from '../../../sandbox/parameters.ts'
import type { EntraApp, EntraUser } from './directory.ts'
import { consentKey, type EntraGrant, type EntraParts, readAuthority } from './parts.ts'

const KEY_ID = 'entra-sandbox'
const LIFETIME_SECONDS = 3600
const ROLES = ['AppCatalog.Read.All', 'TeamsAppInstallation.ReadWriteSelfForUser.All']

export type EntraTokens = {
  /** `POST /{authority}/oauth2/v2.0/token`. */
  token(authority: string, request: Request): Promise<Response>
  /** `GET /{authority}/discovery/v2.0/keys`. */
  keys(): Promise<Response>
  /** The client and tenant of an app-only token, null for any other token. */
  bearer(request: Request): AppGrant | null
}

/** The client and tenant of an app-only token, and its application permissions: `roles`. */
export type AppGrant = { clientId: string; tenantId: string; roles: readonly string[] }

/**
 * An error as Entra returns it: an OAuth code, and a description that begins with Entra's own code.
 */
function refuse(status: number, error: string, aadsts: number, text: string): Response {
  const body = { error, error_description: `AADSTS${aadsts}: ${text}`, error_codes: [aadsts] }
  return Response.json(body, { status })
}

/**
 * The claims that id_tokens contain only if the app's manifest requests them
 * (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference,
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
const requestedClaims = (
  { groupMembershipClaims, optionalClaims }: EntraApp,
  user: EntraUser | undefined,
) => ({
  ...(groupMembershipClaims !== null && user && { wids: user.roles }),
  ...(optionalClaims.includes('acct') && user && { acct: user.isGuest ? 1 : 0 }),
})

export function createEntraTokens(parts: EntraParts): EntraTokens {
  let made: Promise<GenerateKeyPairResult> | null = null
  const keyPair = (): Promise<GenerateKeyPairResult> => {
    made ??= generateKeyPair('RS256')
    return made
  }
  const appTokens = new Map<string, AppGrant>()

  async function idToken(app: EntraApp, grant: EntraGrant): Promise<string> {
    const user = parts.directory.users.find(({ id }) => id === grant.userId)
    const nowSeconds = Math.floor(parts.clock() / 1000)
    return new SignJWT({
      tid: grant.tenantId,
      oid: grant.userId,
      ...(user && { name: user.name, preferred_username: `${user.id.slice(0, 2)}@example.com` }),
      ...(grant.nonce !== null && { nonce: grant.nonce }),
      ...requestedClaims(app, user),
      ver: '2.0',
    })
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
      .setIssuer(`${parts.address()}/${grant.tenantId}/v2.0`)
      .setAudience(app.clientId)
      .setSubject(parts.randomId(32))
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
      .sign((await keyPair()).privateKey)
  }

  async function appToken({ clientId, tenantId, roles }: AppGrant): Promise<string> {
    // Without any role, Entra omits the claim.
    const claims = {
      appid: clientId,
      tid: tenantId,
      ...(roles.length > 0 && { roles }),
      ver: '1.0',
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
      .setAudience(`${parts.address()}/graph`)
      .setJti(parts.randomId(22))
      .setExpirationTime(Math.floor(parts.clock() / 1000) + LIFETIME_SECONDS)
      .sign((await keyPair()).privateKey)
  }

  async function forCode(app: EntraApp, form: URLSearchParams): Promise<Response> {
    const redemption = parts.codes.redeem(form.get('code') ?? '', {
      clientId: app.clientId,
      redirectUri: form.get('redirect_uri') ?? '',
      codeVerifier: form.get('code_verifier'),
    })
    if (redemption.kind === 'refused') return ERRORS[redemption.because]()
    if (parts.faults.take('expired_code')) return ERRORS.expired()
    return Response.json({
      token_type: 'Bearer',
      scope: 'openid profile User.Read',
      expires_in: LIFETIME_SECONDS,
      access_token: `sandbox-user-${parts.randomId(40)}`,
      id_token: await idToken(app, redemption.grant),
    })
  }

  async function forApp(
    app: EntraApp,
    authority: string,
    form: URLSearchParams,
  ): Promise<Response> {
    const tenant = parts.directory.tenants.find(({ id }) => id === authority.toLowerCase())
    if (tenant === undefined) {
      return refuse(400, 'invalid_request', 90002, `Tenant '${authority}' not found.`)
    }
    if (form.get('scope') !== `${parts.address()}/graph/.default`) {
      return refuse(400, 'invalid_scope', 1002012, 'The scope must be <resource>/.default.')
    }
    const isConsented = parts.consents.has(consentKey(app.clientId, tenant.id))
    // In its home tenant an app gets a token without consent, but without any permissions.
    if (!isConsented && tenant.id !== app.tenantId) {
      const text = `Application with identifier '${app.clientId}' was not found in the directory '${tenant.name}'.`
      return refuse(400, 'unauthorized_client', 700016, text)
    }
    const grant = { clientId: app.clientId, tenantId: tenant.id, roles: isConsented ? ROLES : [] }
    const accessToken = await appToken(grant)
    appTokens.set(accessToken, grant)
    return Response.json({
      token_type: 'Bearer',
      expires_in: LIFETIME_SECONDS,
      access_token: accessToken,
    })
  }

  return {
    async token(authority, request) {
      const form = new URLSearchParams(await request.text())
      if (request.method !== 'POST' || hasRepeatedParameter(form)) {
        return refuse(400, 'invalid_request', 900144, 'The request body is not a form.')
      }
      const clientId = form.get('client_id') ?? ''
      const app = parts.directory.apps.find((candidate) => candidate.clientId === clientId)
      if (!app) {
        const text = `Application with identifier '${clientId}' was not found in the directory.`
        return refuse(400, 'unauthorized_client', 700016, text)
      }
      if (form.get('client_secret') !== app.clientSecret) {
        return refuse(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
      }
      const where = readAuthority(parts, authority, app)
      if (where.kind === 'refused') {
        return refuse(400, 'invalid_request', Number(where.error.slice(6)), where.reason)
      }
      switch (form.get('grant_type')) {
        case 'authorization_code':
          return forCode(app, form)
        case 'client_credentials':
          return forApp(app, authority, form)
        default:
          return refuse(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.')
      }
    },

    async keys() {
      const key = await exportJWK((await keyPair()).publicKey)
      return Response.json({ keys: [{ ...key, kid: KEY_ID, alg: 'RS256', use: 'sig' }] })
    },

    bearer(request) {
      const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      return appTokens.get(token) ?? null
    },
  }
}

const ERRORS = {
  unknown: () => refuse(400, 'invalid_grant', 9002313, 'Invalid request. The code is malformed.'),
  expired: () => refuse(400, 'invalid_grant', 70008, 'The provided authorization code is expired.'),
  used: () =>
    refuse(400, 'invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.'),
  redirect_uri: () =>
    refuse(400, 'invalid_grant', 50011, 'The redirect URI does not match the one in the request.'),
  code_verifier: () =>
    refuse(400, 'invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge.'),
}
