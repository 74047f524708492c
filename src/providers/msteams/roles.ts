import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { decodeJwt, errors } from 'jose'

const Roles = Type.Object({ roles: Type.Array(Type.String()) })

/**
 * The application permissions in a token of the app itself. Null where they cannot be read, which
 * says nothing: Microsoft promises the form of a token to nobody but whom it is for
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
