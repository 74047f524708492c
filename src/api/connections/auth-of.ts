import type { Tokens } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'

/** A provider's tokens, got now, as they are stored. */
export function authOf({ accessToken, rotation }: Tokens, nowMs: number): ConnectionAuth {
  if (rotation === null) return { accessToken }
  const expiresAt = new Date(nowMs + rotation.expiresInSeconds * 1000).toISOString()
  return { accessToken, refreshToken: rotation.refreshToken, expiresAt }
}
