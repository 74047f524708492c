import { Elysia } from 'elysia'
import { exchangeCode } from './access.ts'
import { askConsent, takeDecision } from './authorize.ts'
import { createCodes } from './codes.ts'
import type { SlackDirectory } from './directory.ts'
import { createSlackPages } from './pages.ts'

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
}): SlackSandbox {
  const { directory, randomId } = deps
  const codes = createCodes(deps)
  const pages = createSlackPages()
  const app = new Elysia({ handler: { standardHostname: false } })
    .get('/oauth/v2/authorize', ({ request }) =>
      askConsent({ directory, codes, pages }, new URL(request.url).searchParams),
    )
    .post(
      '/oauth/v2/authorize',
      async ({ request }) => {
        const form = new URLSearchParams(await request.text())
        return takeDecision({ directory, codes, pages }, form)
      },
      { parse: 'none' },
    )
    .post(
      '/api/oauth.v2.access',
      ({ request }) => exchangeCode({ directory, codes, randomId }, request),
      { parse: 'none' },
    )
    .all('/api/*', () => Response.json({ ok: false, error: 'unknown_method' }))
    .all('/*', () => new Response('There is no such page in this stand-in.', { status: 404 }))
  return { fetch: (request) => app.fetch(request) }
}
