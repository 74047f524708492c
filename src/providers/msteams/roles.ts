import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { decodeJwt, errors } from 'jose'

const Roles = Type.Object({ roles: Type.Array(Type.String()) })

/**
 * The application permissions in an app-only token. Null if they cannot be read, which proves
 * nothing: Microsoft guarantees the format of a token only to the resource that it is issued for
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens).
 */
export function readRoles(accessToken: string): readonly string[] | null {
  try {
    const claims: unknown = decodeJwt(accessToken)
    return Value.Check(Roles, claims) ? claims.roles : []
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}
