import { TimeSpan } from 'oslo'
import { decodeBase64url, encodeUtf8 } from './bytes.ts'
import { createSigner, verifyHmac } from './hmac.ts'
import { type DerivedKeys, findKeys, type Keyring } from './keyring.ts'
import { createIdentifyLink, type IdentifyLink, type ReadLinkId, readLinkId } from './link-id.ts'
import { deriveProofs, type Proofs } from './proofs.ts'
import { decodeClaims, encodeClaims, type StateClaims } from './state-claims.ts'

export type { StateClaims }

export type StateVerification =
  | { kind: 'valid'; claims: StateClaims; linkId: string; proofs: Proofs }
  /** Authentic, but expired: it can no longer be used, though its outcome may still be shown. */
  | { kind: 'expired'; claims: StateClaims; linkId: string }
  | { kind: 'refused'; reason: 'malformed' | 'unknown_key' | 'bad_signature' | 'from_the_future' }

type LinkClaims = Pick<StateClaims, 'jti' | 'issuedAtMs' | 'environmentId'>

export type States = {
  /** Creates the `state` parameter: a key id, the claims and a signature, all URL-safe. */
  sign(claims: StateClaims): string
  verify(state: string, nowMs: number): Promise<StateVerification>
  /** The proofs for a state that is signed with the current key. */
  proofs(jti: string): Proofs
  /**
   * The id of the link whose state is signed with the current key: an identifier, not a credential.
   */
  linkId(claims: LinkClaims): string
  /**
   * Parses a link id, and says whether latch created it for this environment. Returns null if it is
   * not a link id.
   */
  readLinkId(id: string, environmentId: string): ReadLinkId | null
}

export const STATE_LIFETIME_MS: number = new TimeSpan(5, 'm').milliseconds()
/** How far another machine's clock may be ahead of this one's. */
export const STATE_CLOCK_TOLERANCE_MS: number = new TimeSpan(60, 's').milliseconds()

type Makers = { sign(data: string): string; identify: IdentifyLink }

/** What makes states and ids with a set of keys; put together once for each set. */
function createMakers(): (keys: DerivedKeys) => Makers {
  const known = new WeakMap<DerivedKeys, Makers>()
  return (keys) => {
    const makers = known.get(keys)
    if (makers !== undefined) return makers
    const made = { sign: createSigner(keys.state), identify: createIdentifyLink(keys) }
    known.set(keys, made)
    return made
  }
}

/**
 * Signs and verifies `state`. The signature also covers `redirectUri`, which is not part of the
 * state, so a state issued for one callback URL is invalid at another.
 */
export function createStates(keyring: Keyring, redirectUri: string): States {
  const signed = (unsigned: string): string => `${unsigned}\n${redirectUri}`
  const makersOf = createMakers()
  const linkIdOf = (keys: DerivedKeys, { jti, issuedAtMs, environmentId }: LinkClaims): string =>
    makersOf(keys).identify({ jti, issuedAtMs, environmentId, lifetimeMs: STATE_LIFETIME_MS })

  return {
    sign(claims) {
      const keys = keyring.current
      const unsigned = `${keys.kid}.${encodeClaims(claims)}`
      return `${unsigned}.${makersOf(keys).sign(signed(unsigned))}`
    },

    proofs: (jti) => deriveProofs(keyring.current, jti),

    linkId: (claims) => linkIdOf(keyring.current, claims),

    readLinkId: (id, environmentId) =>
      readLinkId([keyring.current, ...keyring.previous], id, environmentId),

    async verify(state, nowMs) {
      const [kidEnd, payloadEnd] = [state.indexOf('.'), state.lastIndexOf('.')]
      const [kid, unsigned] = [state.slice(0, kidEnd), state.slice(0, payloadEnd)]
      const signature = decodeBase64url(state.slice(payloadEnd + 1))
      if (kidEnd < 1 || payloadEnd <= kidEnd || signature === null) {
        return { kind: 'refused', reason: 'malformed' }
      }
      const keys = findKeys(keyring, kid)
      if (keys === null) return { kind: 'refused', reason: 'unknown_key' }
      if (!(await verifyHmac(keys.state, signature, encodeUtf8(signed(unsigned))))) {
        return { kind: 'refused', reason: 'bad_signature' }
      }
      const claims = decodeClaims(state.slice(kidEnd + 1, payloadEnd))
      if (claims === null) return { kind: 'refused', reason: 'malformed' }
      if (claims.issuedAtMs - nowMs > STATE_CLOCK_TOLERANCE_MS) {
        return { kind: 'refused', reason: 'from_the_future' }
      }
      const linkId = linkIdOf(keys, claims)
      if (nowMs - claims.issuedAtMs > STATE_LIFETIME_MS) return { kind: 'expired', claims, linkId }
      return { kind: 'valid', claims, linkId, proofs: deriveProofs(keys, claims.jti) }
    },
  }
}
