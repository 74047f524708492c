import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { encodeBase64url } from '../../src/secrets/bytes.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createStates, type StateClaims } from '../../src/secrets/state.ts'

const key = (letter: string) => new Uint8Array(Buffer.alloc(32, letter))
const CALLBACK = 'https://latch.example.com/callback'
const states = createStates(createKeyring(key('a')), CALLBACK)
const NOW_MS = 1_800_000_000_000

const claims: StateClaims = {
  jti: 'jti',
  issuedAtMs: NOW_MS,
  environmentId: '0'.repeat(24),
  integrationId: '1'.repeat(24),
  subscriberId: 'subscriber-123',
  connectionIdentifier: null,
  contextKeys: ['tenant:acme'],
  display: null,
  session: null,
  mode: 'link_user',
  protocol: 'openid',
}

/** What is signed lies between the key's name and the signature. */
function partsOf(state: string): { kid: string; payload: string; signature: string } {
  const [kid = '', ...rest] = state.split('.')
  const signature = rest.pop() ?? ''
  return { kid, payload: rest.join('.'), signature }
}

describe('a state', () => {
  test('is refused with the key or the signature of another', async () => {
    const { kid, payload, signature } = partsOf(states.sign(claims))
    const other = partsOf(states.sign({ ...claims, jti: 'other' }))
    for (const mixed of [
      `${kid}.${other.payload}.${signature}`,
      `${kid}.${payload}.${other.signature}`,
    ]) {
      const reason = 'bad_signature'
      expect(await states.verify(mixed, NOW_MS)).toEqual({ kind: 'refused', reason })
    }
    expect(await states.verify(`${kid}.${other.payload}.${other.signature}`, NOW_MS)).toMatchObject(
      {
        kind: 'valid',
      },
    )
  })

  test('is refused with a payload moved under another key of the ring', async () => {
    const both = createStates(createKeyring(key('b'), [key('a')]), CALLBACK)
    const { payload, signature } = partsOf(states.sign(claims))
    const { kid } = partsOf(both.sign(claims))
    expect(await both.verify(`${kid}.${payload}.${signature}`, NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'bad_signature',
    })
  })

  // docs/decisions/0006-signed-state.md
  test('is refused with a signature of any other length', async () => {
    const { kid, payload } = partsOf(states.sign(claims))
    const other = fc.uint8Array({ maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(other, async (bytes) => {
        const state = `${kid}.${payload}.${encodeBase64url(bytes)}`
        expect((await states.verify(state, NOW_MS)).kind).toBe('refused')
      }),
    )
  })

  test('is malformed without the name of a key, and not of a key that is unknown', async () => {
    const { payload, signature } = partsOf(states.sign(claims))
    const verified = await states.verify(`.${payload}.${signature}`, NOW_MS)
    expect(verified).toEqual({ kind: 'refused', reason: 'malformed' })
  })

  test('that comes 60001 ms early is from the future, and says so', async () => {
    expect(await states.verify(states.sign(claims), NOW_MS - 60_001)).toEqual({
      kind: 'refused',
      reason: 'from_the_future',
    })
  })

  test('that is too old still tells what it was made for', async () => {
    const linkId = states.linkId(claims)
    const expired = { kind: 'expired', claims, linkId } as const
    expect(await states.verify(states.sign(claims), NOW_MS + 300_001)).toEqual(expired)
  })

  test('of an old key brings the proofs that it was sent out with', async () => {
    const rotated = createStates(createKeyring(key('b'), [key('a')]), CALLBACK)
    const proofs = states.proofs(claims)
    expect(await rotated.verify(states.sign(claims), NOW_MS)).toMatchObject({ proofs })
    expect(rotated.proofs(claims)).not.toEqual(proofs)
  })
})
