import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { AdminPolicy } from '../provider.ts'

/**
 * The roles that may consent to an app for everyone in a tenant, by template id
 * (https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference). The
 * last two cannot consent to application permissions of Microsoft Graph
 * (https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent), but they manage
 * all apps of the tenant.
 */
const ADMIN_ROLES = [
  // Global Administrator
  '62e90394-69f5-4237-9190-012177145e10',
  // Privileged Role Administrator
  'e8611ab8-c189-46e8-94e1-60213ab1f814',
  // Application Administrator
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
  // Cloud Application Administrator
  '158c047a-c907-4556-b7ef-446551a6b5f7',
]

/** 0: a member of the tenant. 1: a guest. */
const Account = Type.Object({ acct: Type.Union([Type.Literal(0), Type.Literal('0')]) })
const Guest = Type.Object({ acct: Type.Union([Type.Literal(1), Type.Literal('1')]) })
const WithRoles = Type.Object({ wids: Type.Array(Type.String()) })

/**
 * Why the person whose verified id_token has these claims has not proven to be an administrator of
 * its tenant; null if they have. Every user of a tenant has an entry in `wids`, so having one proves
 * nothing. A guest is refused whatever their roles: they belong to another organisation.
 */
export function adminProblem(
  { acceptsMembers, roles }: AdminPolicy,
  claims: unknown,
): string | null {
  if (Value.Check(Guest, claims)) return 'The person who signed in is a guest of the organisation'
  if (!Value.Check(Account, claims)) return missing('whether this person is a guest')
  if (acceptsMembers) return null
  if (!Value.Check(WithRoles, claims)) return missing("this person's roles")
  const accepted = new Set([...ADMIN_ROLES, ...roles.map((id) => id.toLowerCase())])
  return claims.wids.some((id) => accepted.has(id.toLowerCase()))
    ? null
    : 'The person who signed in has no administrator role that may consent to apps'
}

const missing = (what: string): string =>
  `Microsoft does not say ${what}: the app registration must request the claims \`wids\` and \`acct\``
