import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose'
import { type RedeemDeps, readClientRequest, redeemCode } from './redeem.ts'

export type OpenIdDeps = RedeemDeps & {
  randomId: (length: number) => string
  /** Milliseconds since 1970. */
  clock: () => number
  /** The stand-in's own URL, as it appears in the issuer. */
  issuer: () => string
}

export type SlackOpenId = {
  /** `openid.connect.token`: returns an id_token for a code from Sign in with Slack. */
  token(request: Request): Promise<Response>
  /** The key that id_tokens are verified with (RFC 7517). */
  keys(): Promise<Response>
  configuration(): Response
}

const KEY_ID = 'slack-sandbox'
const LIFETIME_SECONDS = 300

/** Sign in with Slack (https://docs.slack.dev/authentication/sign-in-with-slack). */
export function createSlackOpenId(deps: OpenIdDeps): SlackOpenId {
  // Generated on first use: an RSA key takes longer than the rest of the start-up together.
  let made: Promise<GenerateKeyPairResult> | null = null
  const keyPair = (): Promise<GenerateKeyPairResult> => {
    made ??= generateKeyPair('RS256')
    return made
  }

  return {
    async token(request) {
      const client = await readClientRequest(deps, request)
      if (client.kind === 'refused') return client.answer
      const redeemed = redeemCode(deps, client, 'openid')
      if (redeemed.kind === 'refused') return redeemed.answer
      const { app, grant, user, workspace } = redeemed
      const nowSeconds = Math.floor(deps.clock() / 1000)
      const idToken = await new SignJWT({
        'https://slack.com/user_id': user.id,
        'https://slack.com/team_id': workspace.id,
        'https://slack.com/team_name': workspace.name,
        ...(grant.openid?.nonce != null && { nonce: grant.openid.nonce }),
        ...(grant.userScopes.includes('profile') && { name: user.name }),
      })
        .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
        .setIssuer(deps.issuer())
        .setAudience(app.clientId)
        .setSubject(user.id)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
        .sign((await keyPair()).privateKey)
      return Response.json({
        ok: true,
        access_token: `xoxp-${deps.randomId(24)}`,
        token_type: 'Bearer',
        id_token: idToken,
      })
    },

    async keys() {
      const key = await exportJWK((await keyPair()).publicKey)
      return Response.json({ keys: [{ ...key, kid: KEY_ID, alg: 'RS256', use: 'sig' }] })
    },

    configuration() {
      const issuer = deps.issuer()
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/openid/connect/authorize`,
        token_endpoint: `${issuer}/api/openid.connect.token`,
        jwks_uri: `${issuer}/openid/connect/keys`,
        scopes_supported: ['openid', 'profile', 'email'],
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      })
    },
  }
}
