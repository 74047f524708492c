import { Elysia } from 'elysia'
import { createCodes } from '../../../sandbox/codes.ts'
import { createFaults } from '../../../sandbox/faults.ts'
import { createSandboxPages } from '../../../sandbox/stand-in-pages.ts'
import { showAdminConsent, submitAdminConsent } from './admin-consent.ts'
import { showSignIn, submitSignIn } from './authorize.ts'
import { createGraph } from './graph.ts'
import type { EntraGrant, EntraParts } from './parts.ts'
import { createEntraTokens } from './token.ts'

export type EntraSandbox = { fetch(request: Request): Response | Promise<Response> }

/**
 * A local stand-in for Microsoft Entra and, under `/graph`, for Microsoft Graph. It is as strict as
 * they are, as far as latch and its users can observe.
 */
export function createEntraSandbox(
  deps: Pick<EntraParts, 'directory' | 'clock' | 'randomId' | 'address'> & {
    sleep: (ms: number) => Promise<void>
  },
): EntraSandbox {
  const faults = createFaults(deps.sleep)
  const parts: EntraParts = {
    ...deps,
    codes: createCodes<EntraGrant>({ ...deps, randomCode: () => `0.${deps.randomId(80)}` }),
    pages: createSandboxPages('Microsoft'),
    faults,
    consents: new Set(),
  }
  const tokens = createEntraTokens(parts)
  const graph = createGraph(parts, tokens)
  const query = (request: Request): URLSearchParams => new URL(request.url).searchParams
  const form = async (request: Request): Promise<URLSearchParams> =>
    new URLSearchParams(await request.text())
  const raw = { parse: 'none' } as const

  const app = new Elysia({ handler: { standardHostname: false } })
    .all('/sandbox/faults', ({ request }) => faults.control(request), raw)
    .get('/graph/v1.0/appCatalogs/teamsApps', ({ request }) =>
      faults.around(() => graph.catalog(request)),
    )
    .post(
      '/graph/v1.0/users/:user/teamwork/installedApps',
      ({ request, params }) => faults.around(() => graph.install(request, params.user)),
      raw,
    )
    .get('/:authority/oauth2/v2.0/authorize', ({ request, params }) =>
      showSignIn(parts, params.authority, query(request)),
    )
    .post(
      '/:authority/oauth2/v2.0/authorize',
      async ({ request, params }) => submitSignIn(parts, params.authority, await form(request)),
      raw,
    )
    .get('/:authority/v2.0/adminconsent', ({ request, params }) =>
      showAdminConsent(parts, params.authority, query(request)),
    )
    .post(
      '/:authority/v2.0/adminconsent',
      async ({ request, params }) =>
        submitAdminConsent(parts, params.authority, await form(request)),
      raw,
    )
    .all(
      '/:authority/oauth2/v2.0/token',
      ({ request, params }) => faults.around(() => tokens.token(params.authority, request)),
      raw,
    )
    .get('/:authority/discovery/v2.0/keys', () => tokens.keys())
    .all('/*', () => parts.pages.notFound())
  return { fetch: (request) => app.fetch(request) }
}
