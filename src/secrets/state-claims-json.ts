import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { decodeBase64url, decodeUtf8 } from './bytes.ts'
import type { StateClaims } from './state-claims.ts'

const Payload = Type.Object({
  j: Type.String(),
  t: Type.Integer(),
  e: Type.String(),
  i: Type.String(),
  s: Type.Union([Type.String(), Type.Null()]),
  c: Type.Union([Type.String(), Type.Null()]),
  x: Type.Array(Type.String()),
  m: Type.Union([Type.Literal('link_user'), Type.Literal('connect')]),
  h: Type.Optional(Type.Literal(1)),
  a: Type.Optional(Type.Literal(1)),
  p: Type.Optional(Type.Literal('openid')),
  b: Type.Optional(Type.Literal(1)),
})

/**
 * Claims in the form that they had at first, JSON in base64url, so that links under way while such a
 * latch is upgraded work after it. Null for what latch would not have made.
 */
export function decodeJsonClaims(text: string): StateClaims | null {
  const json = decodeUtf8(decodeBase64url(text) ?? new Uint8Array())
  try {
    const payload: unknown = JSON.parse(json ?? '')
    return Value.Check(Payload, payload) ? toClaims(payload) : null
  } catch {
    return null
  }
}

function toClaims(payload: Static<typeof Payload>): StateClaims | null {
  const claims = {
    jti: payload.j,
    issuedAtMs: payload.t,
    environmentId: payload.e,
    integrationId: payload.i,
    connectionIdentifier: payload.c,
    contextKeys: payload.x,
    bound: payload.b === 1,
    protocol: payload.p ?? ('oauth' as const),
  }
  const subscriberId = payload.s
  if (payload.m === 'link_user') {
    return subscriberId === null ? null : { ...claims, mode: 'link_user', subscriberId }
  }
  const [shared, autoLinkUser] = [payload.h === 1, payload.a === 1]
  return { ...claims, mode: 'connect', subscriberId, shared, autoLinkUser }
}
