import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { TimeSpan } from 'oslo'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from './bytes.ts'
import { signHmac, verifyHmac } from './hmac.ts'
import { findKeys, type Keyring } from './keyring.ts'
import { deriveProofs, type Proofs } from './proofs.ts'

/** What a link was made for. It travels with the user in `state` (RFC 6749 §10.12). */
export type StateClaims = {
  /** Names this one link; the callback spends it once. */
  jti: string
  issuedAtMs: number
  environmentId: string
  integrationId: string
  connectionIdentifier: string | null
  contextKeys: readonly string[]
  /** Only the browser that opened the link may complete it. */
  bound: boolean
  /** Which of the provider's protocols the user was sent through. */
  protocol: 'oauth' | 'openid'
} & (
  | { mode: 'link_user'; subscriberId: string }
  | {
      mode: 'connect'
      subscriberId: string | null
      /** The connection belongs to its context, and to no subscriber. */
      shared: boolean
      /** Whoever connects is linked as the subscriber as well. */
      autoLinkUser: boolean
    }
)

export type StateVerification =
  | { kind: 'valid'; claims: StateClaims; proofs: Proofs }
  /** Authentic, but too old to spend; its outcome may still be shown. */
  | { kind: 'expired'; claims: StateClaims }
  | { kind: 'refused'; reason: 'malformed' | 'unknown_key' | 'bad_signature' | 'from_the_future' }

export type States = {
  /** The `state` parameter: three base64url parts joined by dots, safe in a URL as it is. */
  sign(claims: StateClaims): string
  verify(state: string, nowMs: number): Promise<StateVerification>
  /** The proofs that belong to a state which is made now. */
  proofs(jti: string): Proofs
}

export const STATE_LIFETIME_MS: number = new TimeSpan(5, 'm').milliseconds()
/** How far another machine's clock may be ahead of ours. */
export const STATE_CLOCK_TOLERANCE_MS: number = new TimeSpan(60, 's').milliseconds()

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

const toPayload = (claims: StateClaims): Static<typeof Payload> => ({
  j: claims.jti,
  t: claims.issuedAtMs,
  e: claims.environmentId,
  i: claims.integrationId,
  s: claims.subscriberId,
  c: claims.connectionIdentifier,
  x: [...claims.contextKeys],
  m: claims.mode,
  ...(claims.protocol === 'openid' && { p: 'openid' as const }),
  ...(claims.bound && { b: 1 as const }),
  ...(claims.mode === 'connect' && claims.shared && { h: 1 as const }),
  ...(claims.mode === 'connect' && claims.autoLinkUser && { a: 1 as const }),
})

/** Null for a payload that latch would not have made. */
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

/**
 * Signs and verifies `state`. The signature also covers `redirectUri`, which is not carried: a
 * state made for one callback address is worth nothing at another.
 */
export function createStates(keyring: Keyring, redirectUri: string): States {
  const checker = TypeCompiler.Compile(Payload)
  const signed = (kid: string, payload: string): string => `${kid}.${payload}\n${redirectUri}`

  function parse(payloadText: string): StateClaims | null {
    const json = decodeUtf8(decodeBase64url(payloadText) ?? new Uint8Array())
    try {
      const payload: unknown = JSON.parse(json ?? '')
      return checker.Check(payload) ? toClaims(payload) : null
    } catch {
      return null
    }
  }

  return {
    sign(claims) {
      const { kid, state: key } = keyring.current
      const payload = encodeBase64url(encodeUtf8(JSON.stringify(toPayload(claims))))
      const signature = signHmac(key, signed(kid, payload))
      return `${kid}.${payload}.${encodeBase64url(signature)}`
    },

    proofs: (jti) => deriveProofs(keyring.current, jti),

    async verify(state, nowMs) {
      const [kid, payload, signatureText, ...rest] = state.split('.')
      const signature = decodeBase64url(signatureText ?? '')
      if (!kid || !payload || !signature || rest.length > 0) {
        return { kind: 'refused', reason: 'malformed' }
      }
      const keys = findKeys(keyring, kid)
      if (keys === null) return { kind: 'refused', reason: 'unknown_key' }
      if (!(await verifyHmac(keys.state, signature, encodeUtf8(signed(kid, payload))))) {
        return { kind: 'refused', reason: 'bad_signature' }
      }
      const claims = parse(payload)
      if (claims === null) return { kind: 'refused', reason: 'malformed' }
      if (claims.issuedAtMs - nowMs > STATE_CLOCK_TOLERANCE_MS) {
        return { kind: 'refused', reason: 'from_the_future' }
      }
      if (nowMs - claims.issuedAtMs > STATE_LIFETIME_MS) return { kind: 'expired', claims }
      return { kind: 'valid', claims, proofs: deriveProofs(keys, claims.jti) }
    },
  }
}
