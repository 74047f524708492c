import { Elysia } from 'elysia'
import { createCodes } from '../../../sandbox/codes.ts'
import { createFaults } from '../../../sandbox/faults.ts'
import { createSandboxPages } from '../../../sandbox/stand-in-pages.ts'
import { AUTHORIZE_PATHS, type SlackProtocol, showConsent, submitConsent } from './authorize.ts'
import type { SlackDirectory } from './directory.ts'
import type { SlackGrant } from './grant.ts'
import { oauthV2Access } from './oauth-v2-access.ts'
import { createSlackOpenId } from './openid.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { createIssuedTokens } from './tokens.ts'

export type SlackSandbox = { fetch(request: Request): Response | Promise<Response> }

/**
 * A local HTTP stand-in for Slack, for trying latch without an account and for tests. It refuses
 * what Slack refuses (unknown apps, redirect URIs and scopes, wrong secrets, codes used twice).
 */
export function createSlackSandbox(deps: {
  directory: SlackDirectory
  /** Milliseconds since 1970. */
  clock: () => number
  randomId: (length: number) => string
  sleep: (ms: number) => Promise<void>
  /** The stand-in's own URL. */
  issuer: () => string
}): SlackSandbox {
  const { randomId } = deps
  const codes = createCodes<SlackGrant>({
    ...deps,
    randomCode: () => `${randomId(12)}.${randomId(40)}`,
  })
  const pages = createSandboxPages('Slack')
  const faults = createFaults(deps.sleep)
  const tokens = createIssuedTokens()
  const refreshTokens = createRefreshTokens(deps)
  const shared = { ...deps, codes, pages, faults, refreshTokens, tokens }
  const openid = createSlackOpenId(shared)
  const ask = (protocol: SlackProtocol, request: Request): Response =>
    showConsent(shared, protocol, new URL(request.url).searchParams)
  const decide = async (protocol: SlackProtocol, request: Request): Promise<Response> =>
    submitConsent(shared, protocol, new URLSearchParams(await request.text()))
  const raw = { parse: 'none' } as const

  const app = new Elysia({ handler: { standardHostname: false } })
    .get(AUTHORIZE_PATHS.oauth, ({ request }) => ask('oauth', request))
    .post(AUTHORIZE_PATHS.oauth, ({ request }) => decide('oauth', request), raw)
    .get(AUTHORIZE_PATHS.openid, ({ request }) => ask('openid', request))
    .post(AUTHORIZE_PATHS.openid, ({ request }) => decide('openid', request), raw)
    .all(
      '/api/oauth.v2.access',
      ({ request }) => faults.around(() => oauthV2Access(shared, request)),
      raw,
    )
    .all(
      '/api/openid.connect.token',
      ({ request }) => faults.around(() => openid.token(request)),
      raw,
    )
    .get('/api/users.identity', ({ request }) => faults.around(() => tokens.identity(request)))
    .post('/api/auth.revoke', ({ request }) => faults.around(() => tokens.revoke(request)), raw)
    .get('/openid/connect/keys', () => openid.keys())
    .get('/.well-known/openid-configuration', () => openid.configuration())
    .all('/sandbox/faults', ({ request }) => faults.control(request), raw)
    .all('/api/*', () => Response.json({ ok: false, error: 'unknown_method' }))
    .all('/*', () => pages.notFound())
  return { fetch: (request) => app.fetch(request) }
}
