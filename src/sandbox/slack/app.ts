import { Elysia } from 'elysia'
import { exchangeCode } from './access.ts'
import { AUTHORIZE_PATHS, askConsent, type SlackProtocol, takeDecision } from './authorize.ts'
import { createCodes } from './codes.ts'
import type { SlackDirectory } from './directory.ts'
import { createSlackOpenId } from './openid.ts'
import { createSlackPages } from './pages.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

export type SlackSandbox = { fetch(request: Request): Response | Promise<Response> }

/**
 * A local stand-in for Slack, over HTTP: to try latch without an account, and to test it. It refuses
 * what Slack refuses (unknown apps, redirect URIs and scopes, wrong secrets, codes used twice).
 */
export function createSlackSandbox(deps: {
  directory: SlackDirectory
  /** Milliseconds since 1970. */
  clock: () => number
  randomId: (length: number) => string
  /** Its own address. */
  issuer: () => string
}): SlackSandbox {
  const { directory } = deps
  const codes = createCodes(deps)
  const pages = createSlackPages()
  const refreshTokens = createRefreshTokens(deps)
  const openid = createSlackOpenId({ ...deps, codes })
  const ask = (protocol: SlackProtocol, request: Request): Response =>
    askConsent({ directory, codes, pages }, protocol, new URL(request.url).searchParams)
  const decide = async (protocol: SlackProtocol, request: Request): Promise<Response> =>
    takeDecision({ directory, codes, pages }, protocol, new URLSearchParams(await request.text()))

  const app = new Elysia({ handler: { standardHostname: false } })
    .get(AUTHORIZE_PATHS.oauth, ({ request }) => ask('oauth', request))
    .post(AUTHORIZE_PATHS.oauth, ({ request }) => decide('oauth', request), { parse: 'none' })
    .get(AUTHORIZE_PATHS.openid, ({ request }) => ask('openid', request))
    .post(AUTHORIZE_PATHS.openid, ({ request }) => decide('openid', request), { parse: 'none' })
    .all(
      '/api/oauth.v2.access',
      ({ request }) => exchangeCode({ ...deps, codes, refreshTokens }, request),
      {
        parse: 'none',
      },
    )
    .all('/api/openid.connect.token', ({ request }) => openid.token(request), { parse: 'none' })
    .get('/openid/connect/keys', () => openid.keys())
    .get('/.well-known/openid-configuration', () => openid.configuration())
    .all('/api/*', () => Response.json({ ok: false, error: 'unknown_method' }))
    .all('/*', () => pages.notFound())
  return { fetch: (request) => app.fetch(request) }
}
