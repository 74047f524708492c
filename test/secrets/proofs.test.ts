import { describe, expect, test } from 'bun:test'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { deriveProofs } from '../../src/secrets/proofs.ts'
import { createStates } from '../../src/secrets/state.ts'

const keyringOf = (byte: number) => createKeyring(new Uint8Array(32).fill(byte))
const { current } = keyringOf(1)

describe('the proofs of a link', () => {
  // docs/decisions/0009-identity.md
  test('have a verifier that PKCE takes, and its challenge', () => {
    const { codeVerifier, codeChallenge } = deriveProofs(current, 'jti')
    // RFC 7636 §4.1 and §4.2.
    expect(codeVerifier).toMatch(/^[\w-]{43}$/)
    const digest = new Bun.CryptoHasher('sha256').update(codeVerifier).digest('base64url')
    expect(codeChallenge).toBe(digest)
  })

  test('are each another, for each link and each key', () => {
    const all = [
      deriveProofs(current, 'jti'),
      deriveProofs(current, 'other'),
      deriveProofs(keyringOf(2).current, 'jti'),
    ].flatMap((proofs) => Object.values(proofs))
    expect(new Set(all).size).toBe(3 * 3)
    expect(deriveProofs(current, 'jti')).toEqual(deriveProofs(keyringOf(1).current, 'jti'))
  })

  test('are not in the state, which the browser sees', () => {
    const states = createStates(keyringOf(1), 'https://latch.example.com/callback')
    const state = states.sign({
      jti: 'jti',
      issuedAtMs: 1_800_000_000_000,
      environmentId: '0'.repeat(24),
      integrationId: '1'.repeat(24),
      subscriberId: 'subscriber-123',
      connectionIdentifier: null,
      contextKeys: [],
      display: null,
      session: null,
      mode: 'link_user',
      protocol: 'openid',
    })
    for (const proof of Object.values(states.proofs({ jti: 'jti', session: null })))
      expect(state).not.toContain(proof)
  })
})
