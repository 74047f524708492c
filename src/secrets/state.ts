import { TimeSpan } from 'oslo'
import { type Attempt, attemptWithId, deriveAttempt, signForm } from './attempts.ts'
import { decodeBase64url, encodeUtf8 } from './bytes.ts'
import { createSigner, verifyHmac } from './hmac.ts'
import { type DerivedKeys, findKeys, type Keyring } from './keyring.ts'
import { createIdentifyLink, type IdentifyLink, type ReadLinkId, readLinkId } from './link-id.ts'
import { deriveProofs, type Proofs } from './proofs.ts'
import { createStateCipher, type StateCipher } from './state-cipher.ts'
import {
  decodeClaims,
  encodeClaims,
  type OpenedSession,
  openedSession,
  type StateClaims,
} from './state-claims.ts'

export { type OpenedSession, openedSession, type StateClaims }

export type StateVerification =
  | { kind: 'valid'; claims: StateClaims; linkId: string; proofs: Proofs }
  /** Authentic, but expired: it can no longer be used, though its outcome may still be shown. */
  | { kind: 'expired'; claims: StateClaims; linkId: string }
  | { kind: 'refused'; reason: 'malformed' | 'unknown_key' | 'bad_signature' | 'from_the_future' }

type LinkClaims = Pick<StateClaims, 'jti' | 'issuedAtMs' | 'environmentId'>

export type States = {
  /** Creates the `state` parameter, all URL-safe. */
  sign(claims: StateClaims): string
  verify(state: string, nowMs: number): Promise<StateVerification>
  /**
   * Derives the attempt to complete the link of a state, which must have been verified, with what
   * the provider sent back.
   */
  attempt(state: string, sent: string): Attempt
  /** The attempt with this id, which an address said: the proof must still be compared. */
  attemptWithId(state: string, id: string): Attempt
  /** Signs what a form sends back that belongs to a state, which must have been verified. */
  signForm(state: string, text: string): string
  /** The proofs for a state that is signed with the current key. */
  proofs(claims: Pick<StateClaims, 'jti' | 'session'>): Proofs
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

/** What makes and reads states and ids with one set of keys. */
type Maker = {
  sign(text: string): string
  cipher: StateCipher
  identify: IdentifyLink
}

/** Returns a function that puts the maker for a set of keys together once. */
function createMakers(): (keys: DerivedKeys) => Maker {
  const known = new WeakMap<DerivedKeys, Maker>()
  return (keys) => {
    const maker = known.get(keys)
    if (maker !== undefined) return maker
    const made = {
      sign: createSigner(keys.stateSignature),
      cipher: createStateCipher(keys.stateEncryption),
      identify: createIdentifyLink(keys),
    }
    known.set(keys, made)
    return made
  }
}

/**
 * Creates and verifies `state`: the id of the key, the link's `jti` (in later states of a link, also a
 * name), the encrypted claims, and an HMAC over these and over `redirectUri`. So nothing in a link tells whose it is, and a state issued
 * for one callback URL is invalid at another.
 *
 * States of earlier versions had their claims in plain text. They still verify, so that links that
 * were opened before an upgrade can be completed after it.
 */
export function createStates(keyring: Keyring, redirectUri: string): States {
  const signed = (unsigned: string): string => `${unsigned}\n${redirectUri}`
  const makerOf = createMakers()
  const linkIdOf = (keys: DerivedKeys, { jti, issuedAtMs, environmentId }: LinkClaims): string =>
    makerOf(keys).identify({ jti, issuedAtMs, environmentId, lifetimeMs: STATE_LIFETIME_MS })

  const keysOf = (state: string): DerivedKeys => {
    const [kid = ''] = state.split('.')
    const keys = findKeys(keyring, kid)
    if (keys === null) throw new Error('the state of an attempt was not verified')
    return keys
  }

  return {
    sign(claims) {
      const keys = keyring.current
      const { cipher, sign } = makerOf(keys)
      const { jti } = claims
      const text = encodeClaims(claims)
      // A link has one first state, but may have several later ones.
      const name = isLater(claims) ? `${jti}.${cipher.nameFor(jti, text)}` : jti
      const unsigned = `${keys.kid}.${name}.${cipher.encrypt(name, text)}`
      return `${unsigned}.${sign(signed(unsigned))}`
    },

    proofs: (claims) => deriveProofs(keyring.current, proofNameOf(claims)),

    attempt: (state, sent) => deriveAttempt(keysOf(state), jtiOf(state), sent),
    attemptWithId: (state, id) => attemptWithId(keysOf(state), id),
    signForm: (state, text) => signForm(keysOf(state), text),

    linkId: (claims) => linkIdOf(keyring.current, claims),

    readLinkId: (id, environmentId) =>
      readLinkId([keyring.current, ...keyring.previous], id, environmentId),

    async verify(state, nowMs) {
      const parts = partsOf(state)
      if (parts === null) return { kind: 'refused', reason: 'malformed' }
      const { kid, jti, name, payload, isEncrypted, unsigned, signature } = parts
      const keys = findKeys(keyring, kid)
      if (keys === null) return { kind: 'refused', reason: 'unknown_key' }
      const key = isEncrypted ? keys.stateSignature : keys.plainState
      if (!(await verifyHmac(key, signature, encodeUtf8(signed(unsigned))))) {
        return { kind: 'refused', reason: 'bad_signature' }
      }
      const text = isEncrypted ? makerOf(keys).cipher.decrypt(name, payload) : payload
      const claims = text === null ? null : decodeClaims(jti, text)
      if (claims === null) return { kind: 'refused', reason: 'malformed' }
      const signedAtMs = signedAt(claims)
      if (signedAtMs - nowMs > STATE_CLOCK_TOLERANCE_MS) {
        return { kind: 'refused', reason: 'from_the_future' }
      }
      const linkId = linkIdOf(keys, claims)
      if (nowMs - signedAtMs > STATE_LIFETIME_MS) return { kind: 'expired', claims, linkId }
      return { kind: 'valid', claims, linkId, proofs: deriveProofs(keys, proofNameOf(claims)) }
    },
  }
}

/** Whether a state follows another of the same link, perhaps at the same moment. */
const isLater = (claims: StateClaims): boolean =>
  (claims.mode === 'connect' && claims.consent !== null) || openedSession(claims) !== null

/** Of a session, so that no code that another browser obtained for the same link fits. */
const proofNameOf = (claims: Pick<StateClaims, 'jti' | 'session'>): string => {
  const browser = openedSession(claims)?.browser
  return browser === undefined ? claims.jti : `${claims.jti}\n${browser}`
}

/** When the state was signed: later than its link if it follows an opening or a consent. */
const signedAt = (claims: StateClaims): number =>
  (claims.mode === 'connect' ? claims.consent?.atMs : undefined) ??
  openedSession(claims)?.atMs ??
  claims.issuedAtMs

const jtiOf = (state: string): string => state.split('.')[1] ?? ''

type Parts = {
  kid: string
  jti: string
  /** What the key is derived from: the `jti`, followed in later states by a name of their own. */
  name: string
  payload: string
  isEncrypted: boolean
  unsigned: string
  signature: Uint8Array
}

/** Plain claims are seven fields; encrypted ones are one, after their name if they have one. */
function partsOf(state: string): Parts | null {
  const [kid = '', jti = '', ...rest] = state.split('.')
  const last = rest.pop()
  const signature = last === undefined ? null : decodeBase64url(last)
  if (kid === '' || last === undefined || signature === null) return null
  const unsigned = state.slice(0, -(last.length + 1))
  const common = { kid, jti, unsigned, signature }
  if (rest.length > 2) return { ...common, name: jti, payload: rest.join('.'), isEncrypted: false }
  const payload = rest.pop() ?? ''
  return { ...common, name: [jti, ...rest].join('.'), payload, isEncrypted: true }
}
