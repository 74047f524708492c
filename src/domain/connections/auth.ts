import type { Provider, RefreshedTokens, Tokens } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { readUsableApp } from '../integrations/app.ts'
import type { AuthInput } from './shape.ts'

/** In place of a token until the workspace installs the app: latch only knows who is in it. */
export const IDENTITY_ONLY = 'identity-only'

/** In place of a token where the app needs none of the tenant's; Novu's word. */
export const APP_ONLY = 'app-only'

/** Whether a connection has a token that its provider issued. */
export const hasToken = ({ accessToken }: ConnectionAuth): boolean =>
  accessToken !== IDENTITY_ONLY && accessToken !== APP_ONLY

/** Tokens that latch could not keep valid, as it is to refresh them. */
export type AuthRefused =
  | { kind: 'rotation_not_supported'; providerId: string }
  | { kind: 'integration_without_credentials'; integrationIdentifier: string }

/**
 * Given tokens as they are stored. A refresh token must be one that latch can use; without an expiry
 * the access token is taken to have expired at `nowMs`, so that it is refreshed at once.
 */
export function readAuthInput(
  { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt }: AuthInput,
  { identifier, providerId, credentials }: Integration,
  provider: Provider | undefined,
  nowMs: number,
): { kind: 'auth'; auth: ConnectionAuth } | AuthRefused {
  if (refreshToken === undefined) {
    return { kind: 'auth', auth: { accessToken, ...(expiresAt !== undefined && { expiresAt }) } }
  }
  if (provider?.connect?.kind !== 'code') return { kind: 'rotation_not_supported', providerId }
  if (readUsableApp(provider, credentials).kind === 'credentials_missing') {
    return { kind: 'integration_without_credentials', integrationIdentifier: identifier }
  }
  const auth = {
    accessToken,
    refreshToken,
    expiresAt: expiresAt ?? new Date(nowMs).toISOString(),
    ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }),
  }
  return { kind: 'auth', auth }
}

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
