import type { Provider, RefreshedTokens, Tokens } from '../../providers/provider.ts'
import type { ConnectionAuth } from '../../store/connections/connection-auth.ts'
import type { Integration } from '../../store/integrations/integrations.ts'
import { readUsableApp } from '../integrations/app.ts'
import type { AuthInput } from './shape.ts'

/**
 * Stored instead of a token until the workspace installs the app: latch knows its users, and no
 * more.
 */
export const IDENTITY_ONLY = 'identity-only'

/** Stored instead of a token for a provider whose apps need no token per tenant; Novu's value. */
export const APP_ONLY = 'app-only'

/** Whether a connection has a token that its provider issued. */
export const hasToken = ({ accessToken }: ConnectionAuth): boolean =>
  accessToken !== IDENTITY_ONLY && accessToken !== APP_ONLY

/** Why latch could not keep the given tokens valid. */
export type AuthRefused =
  | { kind: 'rotation_not_supported'; providerId: string }
  | { kind: 'integration_without_credentials'; integrationIdentifier: string }

/**
 * Converts tokens given by a backend or an import to their stored form. A refresh token is accepted
 * only if latch can use it. Without an expiry, the access token is treated as expired at `nowMs`,
 * so that it is refreshed immediately.
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

/** Converts a provider's tokens, issued at `nowMs`, to their stored form. */
export function toStoredAuth({ accessToken, rotation }: Tokens, nowMs: number): ConnectionAuth {
  if (rotation === null) return { accessToken }
  const { refreshToken, expiresInSeconds } = rotation
  return { accessToken, refreshToken, ...expiry(expiresInSeconds, nowMs) }
}

/**
 * The stored form after a refresh at `nowMs`. It replaces the tokens and the expiry of `previous`.
 */
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
