import type { RefreshedTokens, Tokens } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'

/** A provider's tokens, issued at `nowMs`, in the form in which they are stored. */
export function toStoredAuth({ accessToken, rotation }: Tokens, nowMs: number): ConnectionAuth {
  if (rotation === null) return { accessToken }
  const { refreshToken, expiresInSeconds } = rotation
  return { accessToken, refreshToken, ...expiry(expiresInSeconds, nowMs) }
}

/** What is stored after a refresh at `nowMs`, by which `previous` and its expiry are over. */
export function renewedAuth(
  { expiresAt: _, ...previous }: ConnectionAuth,
  sentRefreshToken: string,
  { accessToken, refreshToken, expiresInSeconds }: RefreshedTokens,
  nowMs: number,
): ConnectionAuth {
  return {
    ...previous,
    accessToken,
    refreshToken: refreshToken ?? sentRefreshToken,
    ...expiry(expiresInSeconds, nowMs),
  }
}

const expiry = (expiresInSeconds: number | null, nowMs: number): { expiresAt?: string } =>
  expiresInSeconds === null
    ? {}
    : { expiresAt: new Date(nowMs + expiresInSeconds * 1000).toISOString() }
