import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const EntraError = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
})

/**
 * What Entra says is wrong, in a form that can be shown: `error` and the AADSTS code. The rest of
 * the description has trace ids and, at times, what was sent. Null where it is no error.
 */
export function entraError(body: unknown): string | null {
  if (!Value.Check(EntraError, body)) return null
  const [code] = /AADSTS\d+/.exec(body.error_description ?? '') ?? []
  return code === undefined ? body.error : `${body.error} (${code})`
}
