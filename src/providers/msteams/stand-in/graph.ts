import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { EntraParts } from './parts.ts'
import type { EntraTokens } from './token.ts'

const CATALOG_ID = 'sandbox-teams-app'
const Installation = Type.Object({ 'teamsApp@odata.bind': Type.String() })

const refuse = (status: number, code: string, message: string): Response =>
  Response.json({ error: { code, message } }, { status })

/** The part of Microsoft Graph that installs a bot in a user's chat. */
export function createGraph(parts: EntraParts, tokens: EntraTokens) {
  const installed = new Set<string>()
  const forbidden = (): Response =>
    refuse(403, 'Forbidden', 'Missing role permissions on the request.')
  const missing = (): Response | null => (parts.faults.take('missing_consent') ? forbidden() : null)

  return {
    /** `GET /v1.0/appCatalogs/teamsApps`. */
    catalog(request: Request): Response {
      const app = tokens.bearer(request)
      if (app === null) return refuse(401, 'InvalidAuthenticationToken', 'Access token is empty.')
      const filter = new URL(request.url).searchParams.get('$filter')
      if (filter !== `externalId eq '${app.clientId}' and distributionMethod eq 'organization'`) {
        return refuse(400, 'BadRequest', 'Invalid filter clause.')
      }
      if (!app.roles.includes('AppCatalog.Read.All')) return forbidden()
      const tenant = parts.directory.tenants.find(({ id }) => id === app.tenantId)
      const value = tenant?.hasTeamsApp
        ? [{ id: CATALOG_ID, externalId: app.clientId, distributionMethod: 'organization' }]
        : []
      return missing() ?? Response.json({ value })
    },

    /** `POST /v1.0/users/{id}/teamwork/installedApps`. */
    async install(request: Request, userId: string): Promise<Response> {
      const app = tokens.bearer(request)
      if (app === null) return refuse(401, 'InvalidAuthenticationToken', 'Access token is empty.')
      const permission = 'TeamsAppInstallation.ReadWriteSelfForUser.All'
      if (!app.roles.includes(permission)) return forbidden()
      const body: unknown = await request.json().catch(() => null)
      const bind = `${parts.address()}/graph/v1.0/appCatalogs/teamsApps/${CATALOG_ID}`
      if (!Value.Check(Installation, body) || body['teamsApp@odata.bind'] !== bind) {
        return refuse(400, 'BadRequest', 'Bad bind of the app.')
      }
      const user = parts.directory.users.find(({ id }) => id === userId)
      if (user?.tenantId !== app.tenantId) return refuse(404, 'NotFound', 'No such user.')
      if (installed.has(userId)) return refuse(409, 'Conflict', 'The app is already installed.')
      installed.add(userId)
      return new Response(null, { status: 201 })
    },
  }
}
