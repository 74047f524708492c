import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { decodeJwt, errors } from 'jose'
import { type Fetch, postForm } from '../call-provider.ts'
import { createIdTokenVerifier, type VerifiedIdToken } from '../id-token.ts'
import type {
  AdminOutcome,
  AdminPolicy,
  AuthorizationRequest,
  CodeExchange,
  ConnectRequest,
  IdentifyOutcome,
  ProviderApp,
} from '../provider.ts'
import { createQueryString } from '../query-string.ts'
import { shownNames } from '../shown-names.ts'
import { adminProblem } from './admin-proof.ts'

/** Novu's fixed scopes: they identify the user, and no more. */
const SCOPE = 'openid profile User.Read'

const GUID = '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'
const TENANT_ID = new RegExp(GUID)
const Granted = Type.Object({ id_token: Type.String({ minLength: 1 }) })
const AppToken = Type.Object({ access_token: Type.String({ minLength: 1 }) })
const Claims = Type.Object({
  oid: Type.String({ pattern: GUID }),
  tid: Type.String({ pattern: GUID }),
  name: Type.Optional(Type.Unknown()),
  preferred_username: Type.Optional(Type.Unknown()),
})

export type AppTokenOutcome =
  | { kind: 'granted'; accessToken: string }
  | { kind: 'refused'; problem: string }

export type Entra = {
  authorizeUrl(request: Omit<AuthorizationRequest, 'userScope' | 'protocol'>): string
  /**
   * Where an administrator consents to the app's own permissions on behalf of everyone in a tenant.
   */
  adminConsentUrl(request: ConnectRequest): string
  /** A tenant is identified by a GUID: nothing else may get into a path (SSRF). */
  isTenantId(text: string): boolean
  isIssuer(issuer: string): boolean
  identify(exchange: Omit<CodeExchange, 'protocol'>): Promise<IdentifyOutcome>
  /** The same, and whether the user has proven to be an administrator of the tenant. */
  identifyAdmin(
    exchange: Omit<CodeExchange, 'protocol'>,
    policy: AdminPolicy,
  ): Promise<AdminOutcome>
  /** An app-only token for a tenant, which Entra issues only after an admin there consented. */
  appToken(app: ProviderApp, tenantId: string): Promise<AppTokenOutcome>
}

/** The tenant in which the app is registered; null if the operator has not specified it. */
export function homeTenantOf({
  providerCredentials,
}: Pick<ProviderApp, 'providerCredentials'>): string | null {
  const tenantId = providerCredentials['tenantId']
  return typeof tenantId === 'string' && tenantId !== '' ? tenantId : null
}

/**
 * Where the user signs in: the expected tenant if there is one; otherwise the app's own tenant if
 * users of other tenants may not sign in (Entra returns AADSTS50194 for such an app at
 * /organizations); otherwise any organisation's.
 */
const authorityOf = (
  app: Pick<ProviderApp, 'providerCredentials'>,
  tenantId: string | null,
): string =>
  tenantId ??
  (app.providerCredentials['singleTenant'] === true ? homeTenantOf(app) : null) ??
  'organizations'

/**
 * Entra's OAuth 2.0 and OpenID Connect endpoints
 * (https://learn.microsoft.com/entra/identity-platform).
 */
export function createEntra(
  { entraUrl, graphUrl }: { entraUrl: string; graphUrl: string },
  fetch: Fetch,
  clock: () => number,
): Entra {
  const queryString = createQueryString()
  const verify = createIdTokenVerifier(
    `${entraUrl}/organizations/discovery/v2.0/keys`,
    fetch,
    clock,
  )
  const tokenUrl = (authority: string): string =>
    `${entraUrl}/${encodeURIComponent(authority)}/oauth2/v2.0/token`

  /** Exchanges the code and verifies the id_token. */
  async function signIn({
    app,
    code,
    redirectUri,
    codeVerifier,
    nonce,
    workspaceId,
  }: Omit<CodeExchange, 'protocol'>): Promise<SignIn> {
    const answer = await postForm(fetch, tokenUrl(authorityOf(app, workspaceId)), {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      code,
      redirect_uri: redirectUri,
      scope: SCOPE,
      code_verifier: codeVerifier,
    })
    if (answer.kind === 'unavailable') {
      return { kind: 'unavailable', reason: answer.reason, codeSent: answer.sent }
    }
    const { status, body } = answer
    const error = entraError(body)
    if (error !== null && status < 500) return { kind: 'refused', error }
    if (!Value.Check(Granted, body)) {
      return { kind: 'unavailable', reason: `status ${status}, unexpected body`, codeSent: true }
    }
    const issuer = `${entraUrl}/${claimedTenant(body.id_token)}/v2.0`
    const verified = await verify(body.id_token, { issuer, audience: app.clientId, nonce })
    switch (verified.kind) {
      case 'verified':
        return verified
      case 'unavailable':
        return { ...verified, codeSent: true }
      case 'refused':
        return { kind: 'refused', error: `id_token: ${verified.reason}` }
    }
  }

  return {
    authorizeUrl({ app, redirectUri, state, proofs, workspaceId }) {
      const { nonce, codeChallenge } = proofs()
      const query = queryString({
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        response_mode: 'query',
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      })
      const authority = encodeURIComponent(authorityOf(app, workspaceId))
      return `${entraUrl}/${authority}/oauth2/v2.0/authorize?${query}`
    },

    adminConsentUrl({ app, redirectUri, state, workspaceId }) {
      const query = queryString({
        client_id: app.clientId,
        redirect_uri: redirectUri,
        scope: `${graphUrl}/.default`,
        state,
      })
      const authority = encodeURIComponent(authorityOf(app, workspaceId))
      return `${entraUrl}/${authority}/v2.0/adminconsent?${query}`
    },

    isTenantId: (text) => TENANT_ID.test(text),

    isIssuer(issuer) {
      const [, tenant = ''] = /\/([^/]+)\/v2\.0$/.exec(issuer) ?? []
      return TENANT_ID.test(tenant) && issuer === `${entraUrl}/${tenant}/v2.0`
    },

    identify: async (exchange) => identityOf(await signIn(exchange)),

    async identifyAdmin(exchange, policy) {
      const signedIn = await signIn(exchange)
      const identified = identityOf(signedIn)
      if (identified.kind !== 'identified') return identified
      const claims = signedIn.kind === 'verified' ? signedIn.claims : {}
      return { ...identified, problem: adminProblem(policy, claims) }
    },

    async appToken(app, tenantId) {
      const answer = await postForm(fetch, tokenUrl(tenantId), {
        grant_type: 'client_credentials',
        client_id: app.clientId,
        client_secret: app.clientSecret,
        scope: `${graphUrl}/.default`,
      })
      if (answer.kind === 'unavailable') return { kind: 'refused', problem: answer.reason }
      if (Value.Check(AppToken, answer.body)) {
        return { kind: 'granted', accessToken: answer.body.access_token }
      }
      const problem = entraError(answer.body) ?? `status ${answer.status}, unexpected body`
      return { kind: 'refused', problem: `Microsoft issues no token to the app: ${problem}` }
    },
  }
}

/**
 * The tenant that a token claims, used only to choose the issuer that it must then prove. Entra's
 * issuer contains the tenant, so a token of one tenant cannot pass for another's.
 */
function claimedTenant(idToken: string): string {
  try {
    const { tid } = decodeJwt(idToken)
    return typeof tid === 'string' ? tid : 'none'
  } catch (error) {
    if (error instanceof errors.JOSEError) return 'none'
    throw error
  }
}

/** A verified id_token, or why there is none. */
type SignIn = VerifiedIdToken | Exclude<IdentifyOutcome, { kind: 'identified' }>

function identityOf(signedIn: SignIn): IdentifyOutcome {
  if (signedIn.kind !== 'verified') return signedIn
  const { claims } = signedIn
  if (!Value.Check(Claims, claims)) {
    return { kind: 'refused', error: 'id_token: user or tenant id missing' }
  }
  return {
    kind: 'identified',
    identity: {
      userId: claims.oid,
      ...shownNames({ name: claims.name, signInName: claims.preferred_username }),
      workspace: { id: claims.tid, name: null },
    },
  }
}

const EntraError = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
})

/**
 * Entra's error in a form that can be shown: `error` and the AADSTS code. The rest of the
 * description contains trace ids and, at times, the values that were sent. Null if it is not an
 * error.
 */
function entraError(body: unknown): string | null {
  if (!Value.Check(EntraError, body)) return null
  const [code] = /AADSTS\d+/.exec(body.error_description ?? '') ?? []
  return code === undefined ? body.error : `${body.error} (${code})`
}
