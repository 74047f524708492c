import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { encodeBase64url, encodeUtf8 } from '../../src/secrets/bytes.ts'
import { signHmac } from '../../src/secrets/hmac.ts'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createStates, type StateClaims } from '../../src/secrets/state.ts'
import { createStateCipher } from '../../src/secrets/state-cipher.ts'
import { encodeClaims } from '../../src/secrets/state-claims.ts'

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

/** A state with these claims, encoded as they are here, with a correct signature. */
function signText(text: string, { jti = 'jti' } = {}): string {
  const { current } = createKeyring(key('a'))
  const unsigned = `${current.kid}.${jti}.${createStateCipher(current.stateEncryption).encrypt(jti, text)}`
  return `${unsigned}.${signHmac(current.stateSignature, `${unsigned}\n${CALLBACK}`)}`
}

/** The state of an earlier version, which did not encrypt. */
function signPlain(text: string, jti = 'jti'): string {
  const { kid, plainState } = createKeyring(key('a')).current
  const unsigned = `${kid}.${jti}.${text}`
  return `${unsigned}.${signHmac(plainState, `${unsigned}\n${CALLBACK}`)}`
}

/** Any JavaScript string, halves of surrogate pairs among them. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
})

describe('a state', () => {
  // docs/decisions/0006-signed-state.md
  test('carries any subscriber, connection and context as they are', async () => {
    const nasty = fc.oneof(anyText, fc.constantFrom('a.b@c.d', '{"x":"."}', '…', '\ud800', ''))
    await fc.assert(
      fc.asyncProperty(nasty, nasty, fc.array(nasty), async (subscriberId, connection, keys) => {
        const sent = {
          ...claims,
          subscriberId,
          connectionIdentifier: connection,
          contextKeys: keys,
        }
        const state = states.sign(sent)
        expect(state).toMatch(/^[\w.-]+$/)
        expect(await states.verify(state, NOW_MS)).toEqual({
          kind: 'valid',
          claims: sent,
          linkId: states.linkId(sent),
          proofs: states.proofs(sent),
        })
      }),
    )
  })

  // docs/decisions/0006-signed-state.md
  test('is refused when any one character of it is another', async () => {
    const state = states.sign(claims)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*'
    for (let index = 0; index < state.length; index += 1) {
      for (const letter of [...alphabet].filter((other) => other !== state[index]).slice(0, 70)) {
        const altered = state.slice(0, index) + letter + state.slice(index + 1)
        const { kind } = await states.verify(altered, NOW_MS)
        if (kind !== 'refused') throw new Error(`accepted with ${letter} at ${index}`)
      }
    }
  })

  // docs/decisions/0006-signed-state.md
  test('is refused, without a fault, whatever stands in its place', async () => {
    const { kid, payload } = partsOf(states.sign(claims))
    const fixed = ['', '.', '..', `${kid}.${payload}.`, `${kid}.${payload}.AA`, `${kid}..AA`]
    const long = `${kid}.${payload}.${'A'.repeat(10_000)}`
    for (const text of [...fixed, long, `${kid}.${payload}.zz!`]) {
      expect((await states.verify(text, NOW_MS)).kind).toBe('refused')
    }
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        expect((await states.verify(text, NOW_MS)).kind).toBe('refused')
      }),
    )
  })

  const ages: [number, 'valid' | 'expired' | 'refused'][] = [
    [0, 'valid'],
    [300_000, 'valid'],
    [300_001, 'expired'],
    [-60_000, 'valid'],
    [-60_001, 'refused'],
  ]
  for (const [ageMs, kind] of ages) {
    // docs/decisions/0006-signed-state.md
    test(`of ${ageMs} ms is ${kind}`, async () => {
      expect((await states.verify(states.sign(claims), NOW_MS + ageMs)).kind).toBe(kind)
    })
  }

  // docs/decisions/0006-signed-state.md
  test('of an old key holds while that key is on the ring', async () => {
    const state = states.sign(claims)
    const rotated = createStates(createKeyring(key('b'), [key('a')]), CALLBACK)
    expect((await rotated.verify(state, NOW_MS)).kind).toBe('valid')
    const retired = createStates(createKeyring(key('b')), CALLBACK)
    expect(await retired.verify(state, NOW_MS)).toEqual({ kind: 'refused', reason: 'unknown_key' })
  })

  // docs/decisions/0006-signed-state.md
  test('made for one callback address is worth nothing at another', async () => {
    const elsewhere = createStates(createKeyring(key('a')), 'https://other.example.com/callback')
    expect(await elsewhere.verify(states.sign(claims), NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'bad_signature',
    })
  })

  test('of a link to a workspace carries what is asked of it', async () => {
    const subscriber = fc.oneof(fc.constant(null), anyText)
    await fc.assert(
      fc.asyncProperty(subscriber, fc.boolean(), fc.boolean(), async (subscriberId, one, other) => {
        const sent: StateClaims = {
          ...claims,
          mode: 'connect',
          protocol: 'oauth',
          subscriberId,
          shared: one,
          autoLinkUser: other,
          consent: one ? { workspaceId: 'tenant-1', atMs: NOW_MS } : null,
        }
        expect(await states.verify(states.sign(sent), NOW_MS)).toMatchObject({
          kind: 'valid',
          claims: sent,
        })
      }),
    )
  })

  const connecting: StateClaims = {
    ...claims,
    mode: 'connect',
    shared: false,
    autoLinkUser: false,
    consent: { workspaceId: 'tenant-1', atMs: NOW_MS + 200_000 },
  }

  // docs/decisions/0012-admin-consent.md
  test('that follows a consent belongs to the same link, and is valid from then on', async () => {
    const state = states.sign(connecting)
    expect(await states.verify(state, NOW_MS + 500_000)).toEqual({
      kind: 'valid',
      claims: connecting,
      linkId: states.linkId(claims),
      proofs: states.proofs({ jti: 'jti', session: null }),
    })
    expect((await states.verify(state, NOW_MS + 500_001)).kind).toBe('expired')
    expect((await states.verify(state, NOW_MS + 139_999)).kind).toBe('refused')
  })

  // docs/decisions/0006-signed-state.md
  test('that follows another of its link is encrypted with a key of its own', () => {
    const at = (workspaceId: string): { name: string; encrypted: Buffer } => {
      const [, name = '', encrypted = ''] = partsOf(
        states.sign({ ...connecting, consent: { workspaceId, atMs: NOW_MS } }),
      ).payload.split('.')
      return { name, encrypted: Buffer.from(encrypted, 'base64url') }
    }
    const first = Buffer.from(
      partsOf(states.sign({ ...connecting, consent: null })).payload.split('.')[1] ?? '',
      'base64url',
    )
    const [one, other] = [at('tenant-1'), at('tenant-2')]
    for (const [left, right] of [
      [one.encrypted, other.encrypted],
      [one.encrypted, first],
    ] as const) {
      const equal = left.filter((byte, index) => byte === right[index]).length
      expect(equal).toBeLessThan(left.length / 8)
    }
    expect(one.name).toMatch(/^[\w-]{22}$/)
    expect(at('tenant-1')).toEqual(one)
  })

  test('is refused where it is signed and yet none of ours', async () => {
    const text = encodeClaims(claims)
    expect((await states.verify(signText(text), NOW_MS)).kind).toBe('valid')
    const fields = text.split('.')
    const altered = (index: number, field: string): string =>
      fields.map((own, at) => (at === index ? field : own)).join('.')
    for (const wrong of [
      altered(0, ''),
      altered(0, '-1'),
      altered(0, 'zzzzzzzzzzzzzzzz'),
      altered(0, '1x!'),
      altered(1, ''),
      altered(1, '*AA'),
      altered(1, `*${encodeBase64url(encodeUtf8('1'))}`),
      altered(3, ''),
      altered(3, 'x'),
      altered(3, 'ub?'),
      altered(3, 'xu'),
      altered(3, 'bu'),
      altered(4, ''),
      altered(6, 'text'),
      altered(6, `*${encodeBase64url(encodeUtf8('[1]'))}`),
      `${text}.`,
      fields.slice(0, 6).join('.'),
      `${text}.*AA`,
      `${text}.*${encodeBase64url(encodeUtf8('[1]'))}`,
      `${text}.name.tenant-1`,
      `${text}.name.tenant-1.x.y`,
      `${text}.tenant-1.${NOW_MS.toString(36)}`,
      ...['-1', '1x!', ''].map((at) => `${altered(3, 'c')}.tenant-1.${at}`),
      `${altered(3, 'c')}..${NOW_MS.toString(36)}`,
      '',
    ]) {
      for (const state of [signText(wrong), signPlain(wrong)]) {
        expect([wrong, (await states.verify(state, NOW_MS)).kind]).toEqual([wrong, 'refused'])
      }
    }
    for (const jti of ['', 'j*', 'j j', 'ü']) {
      expect((await states.verify(signText(text, { jti }), NOW_MS)).kind).toBe('refused')
    }
  })

  // docs/decisions/0006-signed-state.md
  test('tells nothing of what it was made for, not even by its length', () => {
    const lengths = new Set<number>()
    for (const subscriberId of ['s', 'subscriber-123', 'u-1234567']) {
      const sent = { ...claims, subscriberId, contextKeys: [] }
      const state = states.sign(sent)
      const { payload } = partsOf(state)
      const decoded = Buffer.from(payload.split('.')[1] ?? '', 'base64url').toString('latin1')
      const { environmentId, integrationId } = claims
      for (const told of [
        environmentId,
        integrationId,
        subscriberId,
        'tenant',
        NOW_MS.toString(36),
      ]) {
        if (told.length < 2) continue
        for (const text of [state, decoded]) expect(text).not.toContain(told)
      }
      lengths.add(state.length)
    }
    expect(lengths.size).toBe(1)
  })

  // docs/decisions/0006-signed-state.md
  test('encrypts each link with a key of its own', () => {
    const encrypted = (jti: string): Buffer =>
      Buffer.from(partsOf(states.sign({ ...claims, jti })).payload.split('.')[1] ?? '', 'base64url')
    const [one, other] = [encrypted('one'), encrypted('other')]
    // With one key stream, the difference of the texts would be that of equal texts: zero.
    const equal = one.filter((byte, index) => byte === other[index]).length
    expect(equal).toBeLessThan(one.length / 8)
    expect(encrypted('one')).toEqual(one)
  })

  test('of an earlier version, in plain text, still verifies until it expires', async () => {
    const linkId = states.linkId(claims)
    const proofs = states.proofs(claims)
    const state = signPlain(encodeClaims(claims))
    expect(await states.verify(state, NOW_MS)).toEqual({ kind: 'valid', claims, linkId, proofs })
    expect((await states.verify(state, NOW_MS + 300_001)).kind).toBe('expired')
    const [last, signature] = [state.length - 43, states.sign(claims).slice(-43)]
    expect((await states.verify(state.slice(0, last) + signature, NOW_MS)).kind).toBe('refused')
  })
})
