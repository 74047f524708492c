import { describe, expect, test } from 'bun:test'
import { createKeyring } from '../../src/secrets/keyring.ts'
import { createStates, type StateClaims } from '../../src/secrets/state.ts'

const key = (letter: string) => new Uint8Array(Buffer.alloc(32, letter))
const CALLBACK = 'https://latch.example.com/callback'
const states = createStates(createKeyring(key('a')), CALLBACK)
const NOW_MS = 1_800_000_000_000
const [HERE, ELSEWHERE] = ['0'.repeat(24), '1'.repeat(24)]

const claims: StateClaims = {
  jti: 'q0pY1w2eR3tY4uI5oP6aS7',
  issuedAtMs: NOW_MS,
  environmentId: HERE,
  integrationId: '1'.repeat(24),
  subscriberId: 'subscriber-123',
  connectionIdentifier: null,
  contextKeys: [],
  display: null,
  session: null,
  mode: 'link_user',
  protocol: 'oauth',
}

describe('the id of a link', () => {
  test('says when the link was made and how long it lives, without a row', () => {
    const id = states.linkId(claims)
    expect(id).toMatch(/^lnk_[\w-]{41}$/)
    expect(states.readLinkId(id, HERE)).toEqual({
      isSigned: true,
      issuedAtMs: NOW_MS,
      lifetimeMs: 300_000,
    })
  })

  test('is the same at the callback, also when the secret key was replaced meanwhile', async () => {
    const rotated = createStates(createKeyring(key('b'), [key('a')]), CALLBACK)
    const id = states.linkId(claims)
    const state = states.sign(claims)
    expect(await states.verify(state, NOW_MS)).toMatchObject({ kind: 'valid', linkId: id })
    expect(await rotated.verify(state, NOW_MS)).toMatchObject({ kind: 'valid', linkId: id })
    expect(await rotated.verify(state, NOW_MS + 400_000)).toMatchObject({
      kind: 'expired',
      linkId: id,
    })
    expect(rotated.readLinkId(id, HERE)?.isSigned).toBe(true)
  })

  test('tells nothing of the link, and no two links share one', () => {
    const id = states.linkId(claims)
    expect(id).not.toContain(claims.jti.slice(0, 4))
    expect(states.linkId({ ...claims, jti: `${claims.jti}x` }).slice(0, 20)).not.toBe(
      id.slice(0, 20),
    )
  })

  test('is not signed for another environment, nor by another secret key', () => {
    const id = states.linkId(claims)
    expect(states.readLinkId(id, ELSEWHERE)?.isSigned).toBe(false)
    const other = createStates(createKeyring(key('b')), CALLBACK)
    expect(other.readLinkId(id, HERE)?.isSigned).toBe(false)
  })

  test('is not signed where a character was changed, and null where it is none', () => {
    const id = states.linkId(claims)
    for (let at = 0; at < id.length; at += 1) {
      const altered = `${id.slice(0, at)}${id[at] === '0' ? '1' : '0'}${id.slice(at + 1)}`
      expect(states.readLinkId(altered, HERE)?.isSigned ?? false).toBe(false)
    }
    for (const other of ['', 'lnk_', `${id}0`, ` ${id}`, `${id}\n`, id.slice(0, -1)]) {
      expect(states.readLinkId(other, HERE)).toBeNull()
    }
  })
})
