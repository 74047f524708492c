import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Sealing } from '../../secrets/sealing.ts'
import { channelConnections } from '../schema/channels.ts'
import { placesOf } from '../schema/sealed.ts'

const ConnectionAuth = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.Optional(Type.String()),
  /** ISO 8601. */
  expiresAt: Type.Optional(Type.String()),
  refreshTokenExpiresAt: Type.Optional(Type.String()),
})
/** The tokens of a connection, with Novu's field names. */
export type ConnectionAuth = Static<typeof ConnectionAuth>

/** Leaves a backend that has just read a token enough time to use it. */
const REFRESH_BEFORE_MS = 5 * 60 * 1000
const MIN_PAUSE_MS = 60 * 1000

const placeOf = placesOf(channelConnections.authSealed)

export const sealAuth = (sealing: Sealing, connectionId: string, auth: ConnectionAuth): string =>
  sealing.seal(JSON.stringify(auth), placeOf(connectionId))

export const openAuth = (sealing: Sealing, connectionId: string, sealed: string): ConnectionAuth =>
  Value.Parse(ConnectionAuth, JSON.parse(sealing.open(sealed, placeOf(connectionId))))

/** When the tokens should be refreshed; null if they do not rotate or their lifetime is unknown. */
export function refreshAtMs({ refreshToken, expiresAt }: ConnectionAuth): number | null {
  if (refreshToken === undefined || expiresAt === undefined) return null
  return Date.parse(expiresAt) - REFRESH_BEFORE_MS
}

/**
 * When to refresh again after a refresh at `nowMs`; there is always a minimum pause, however
 * short-lived the tokens are.
 */
export function refreshAgainAtMs(auth: ConnectionAuth, nowMs: number): number | null {
  const dueAtMs = refreshAtMs(auth)
  return dueAtMs === null ? null : Math.max(dueAtMs, nowMs + MIN_PAUSE_MS)
}
